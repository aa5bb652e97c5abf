// Pages of tweets, newest first, and their counts. Reads no more buckets than an answer needs, and holds no more rows than it has.
import { bucketsOf, countedBuckets } from './cassandra-buckets.ts';
import type { Cql, Row } from './cassandra-client.ts';
import { inOrder } from './cassandra-flow.ts';
import { decodeRow, encodeLong, timeOf } from './cassandra-rows.ts';
import { decodeCursor, encodeCursor, type Position } from './cursor.ts';
import { isWhole, ownTime, type Span, spanOf, STEPS } from './range.ts';
import type { Count, PageQuery, Range, Step, TweetPage } from './store.ts';
import { columnNames, type TweetRow } from './tweet.ts';

// Buckets whose rows are asked for together, once a page has turned out to need many.
const AT_ONCE = 8;
const TIMES = 2_000;

const ROWS = `SELECT ${columnNames.join(', ')} FROM ks.tweet WHERE event_name = ? AND bucket = ?`;
const OWN_TIMES =
  'SELECT t_id, t_created_at FROM ks.tweet WHERE event_name = ? AND bucket = ? ORDER BY t_id ASC';

/** The ids, in ascending order, of a bucket's tweets whose own time is in the span. */
export async function* idsInSpan(cql: Cql, code: string, bucket: number, span: Span): AsyncGenerator<string> {
  for await (const row of cql.each(OWN_TIMES, [code, encodeLong(bucket)], TIMES)) {
    if (isInSpan(bucket, row, span)) yield String(row['t_id']);
  }
}

function isInSpan(bucket: number, row: Row, { since, until }: Span): boolean {
  const createdAt = row['t_created_at'];
  const time = ownTime(bucket, createdAt === null ? undefined : timeOf(createdAt));
  return time >= since && time < until;
}

/** A page, newest first. Throws `BadCursor`. */
export async function page(cql: Cql, code: string, query: PageQuery): Promise<TweetPage> {
  const span = spanOf(query);
  const before = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const until = Math.min(span.until, (before?.bucket ?? Infinity) + 1);
  const wanted = query.limit + 1;
  const buckets = bucketsOf(cql, code, { first: span.first, until }, 'DESC');
  const found: TweetRow[] = [];
  const rowsOf = inOrder(buckets, AT_ONCE, ({ bucket }) =>
    newest(cql, code, { bucket, span, before, wanted }),
  );
  for await (const rows of rowsOf) {
    found.push(...rows.slice(0, wanted - found.length));
    if (found.length === wanted) break;
  }
  const tweets = found.slice(0, query.limit);
  const last = tweets.at(-1);
  const more = found.length > query.limit && last !== undefined;
  return { tweets, next: more ? encodeCursor({ bucket: last.bucket, id: last.t_id }) : null };
}

interface Wanted {
  readonly bucket: number;
  readonly span: Span;
  readonly before: Position | undefined;
  readonly wanted: number;
}

async function newest(cql: Cql, code: string, { bucket, span, before, wanted }: Wanted): Promise<TweetRow[]> {
  const after = bucket === before?.bucket ? [before.id] : [];
  const query = after.length === 0 ? ROWS : `${ROWS} AND t_id < ?`;
  const rows: TweetRow[] = [];
  for await (const row of cql.each(query, [code, encodeLong(bucket), ...after], wanted)) {
    if (isWhole(bucket, span) || isInSpan(bucket, row, span)) rows.push(decodeRow(row));
    if (rows.length === wanted) break;
  }
  return rows;
}

/** Whole buckets from their counts; only a range's two cut-off buckets are read row by row. */
export async function counts(cql: Cql, code: string, step: Step, range: Range): Promise<Count[]> {
  const span = spanOf(range);
  const length = STEPS[step];
  const byStart = new Map<number, number>();
  for await (const { bucket, tweets: all } of countedBuckets(cql, code, span)) {
    const tweets = isWhole(bucket, span) ? all : await countInSpan(cql, code, bucket, span);
    const start = Math.floor(bucket / length) * length;
    if (tweets > 0) byStart.set(start, (byStart.get(start) ?? 0) + tweets);
  }
  return Array.from(byStart, ([start, tweets]) => ({ start, tweets }));
}

async function countInSpan(cql: Cql, code: string, bucket: number, span: Span): Promise<number> {
  let tweets = 0;
  for await (const _ of idsInSpan(cql, code, bucket, span)) tweets += 1;
  return tweets;
}

export async function total(cql: Cql, code: string): Promise<number> {
  let sum = 0;
  for await (const { tweets } of countedBuckets(cql, code, spanOf({}))) sum += tweets;
  return sum;
}
