// Questions about tweets, on any connection: pages, counts, totals.
import type { DatabaseSync } from 'node:sqlite';
import { BUCKET_MS } from './bucket.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { decodeRow } from './sqlite-rows.ts';
import type { Count, PageQuery, Range, Step, TweetPage } from './store.ts';

/**
 * A post's own time as ranges see it: `t_created_at` as far as it lies in the post's bucket. So a range is a list of
 * buckets, and neither a second's difference at a minute's end nor an absurd date puts a post out of every range.
 */
export const OWN_TIME = `min(max(coalesce(t_created_at, bucket), bucket), bucket + ${BUCKET_MS - 1})`;

const STEPS: Readonly<Record<Step, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const FOREVER = Number.MAX_SAFE_INTEGER;

/** The range with its open ends closed, and the buckets that it touches. */
export interface Span {
  readonly since: number;
  readonly until: number;
  readonly first: number;
}

export function spanOf(range: Range): Span {
  const since = range.since ?? -FOREVER;
  const first = range.since === undefined ? since : Math.floor(since / BUCKET_MS) * BUCKET_MS;
  return { since, until: range.until ?? FOREVER, first };
}

/** A page, newest first. Throws `BadCursor`. */
export function page(db: DatabaseSync, code: string, query: PageQuery): TweetPage {
  const { since, until, first } = spanOf(query);
  const before = query.cursor === undefined ? { bucket: FOREVER, id: '' } : decodeCursor(query.cursor);
  // SQLite seeks by this bound, not by the pair: without the cursor in it, every newer row would be read and passed over.
  const end = Math.min(until, before.bucket + 1);
  const rows = db
    .prepare(
      `SELECT * FROM tweet
       WHERE event_name = ? AND bucket >= ? AND bucket < ? AND (bucket, t_id) < (?, ?)
         AND ${OWN_TIME} >= ? AND ${OWN_TIME} < ?
       ORDER BY bucket DESC, t_id DESC LIMIT ?`,
    )
    .all(code, first, end, before.bucket, before.id, since, until, query.limit + 1);
  const tweets = rows.slice(0, query.limit).map(decodeRow);
  const last = tweets.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { tweets, next: more ? encodeCursor({ bucket: last.bucket, id: last.t_id }) : null };
}

/** Whole buckets from their counts; only a range's two cut-off buckets are read row by row. */
export function counts(db: DatabaseSync, code: string, step: Step, range: Range): Count[] {
  const { since, until, first } = spanOf(range);
  const buckets = db.prepare(
    'SELECT bucket, tweets FROM bucket_by_event WHERE event_name = ? AND bucket >= ? AND bucket < ? ORDER BY 1',
  );
  const part = db.prepare(
    `SELECT count(*) AS tweets FROM tweet
     WHERE event_name = ? AND bucket = ? AND ${OWN_TIME} >= ? AND ${OWN_TIME} < ?`,
  );
  const length = STEPS[step];
  const byStart = new Map<number, number>();
  for (const row of buckets.iterate(code, first, until)) {
    const bucket = Number(row['bucket']);
    const whole = bucket >= since && bucket + BUCKET_MS <= until;
    const tweets = Number((whole ? row : part.get(code, bucket, since, until))?.['tweets']);
    const start = Math.floor(bucket / length) * length;
    if (tweets > 0) byStart.set(start, (byStart.get(start) ?? 0) + tweets);
  }
  return Array.from(byStart, ([start, tweets]) => ({ start, tweets }));
}

export function total(db: DatabaseSync, code: string): number {
  const sum = db.prepare(
    'SELECT coalesce(sum(tweets), 0) AS tweets FROM bucket_by_event WHERE event_name = ?',
  );
  return Number(sum.get(code)?.['tweets']);
}
