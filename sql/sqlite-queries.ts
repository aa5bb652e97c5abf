// Questions about tweets, on any connection: pages, counts, totals.
import type { DatabaseSync } from 'node:sqlite';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { FOREVER, isWhole, ownTimeSql, spanOf, STEPS } from './range.ts';
import { decodeRow } from './sqlite-rows.ts';
import type { Count, PageQuery, Range, Step, TweetPage } from './store.ts';

const OWN_TIME = ownTimeSql('tweet');

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
    const whole = isWhole(bucket, { since, until });
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
