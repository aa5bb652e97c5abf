// An event's buckets and what each holds. Counting reads a whole bucket, so a count is kept with the bucket, and believed when it
// was made so long after the bucket's last note that no write can have come since.
import type { Cql, Row } from './cassandra-client.ts';
import { inOrder } from './cassandra-flow.ts';
import { encodeLong, numberOf, timeOf } from './cassandra-rows.ts';
import type { Span } from './range.ts';

/** A bucket and what its memory says; all times are the servers'. */
interface StoredBucket {
  readonly bucket: number;
  /** ms */
  readonly lastWrite: number;
  /** the write time (µs) of `lastWrite`: what is counted is stored with it, so that a deletion covers both */
  readonly noted: bigint;
  /** undefined when it is older than what was written since may be */
  readonly counted: CountedBucket | undefined;
}

export interface CountedBucket {
  readonly bucket: number;
  readonly tweets: number;
  /** of the messages */
  readonly bytes: number;
}

// ms; a note speaks for 5 s of a process's writes, the rest is for clocks that differ between the servers.
export const SETTLED_MS = 60_000;
// Listed together; newest first is for pages, which end soon.
const LISTED = { ASC: 2_000, DESC: 64 } as const;
const AT_ONCE = 16;
const EARLIEST = -8.64e15;
const LATEST = 8.64e15;

const LIST = `SELECT bucket, last_write, writetime(last_write) AS noted, tweets, bytes, counted_at
  FROM ks.bucket_by_event WHERE event_name = ? AND bucket >= ? AND bucket < ? ORDER BY bucket`;
const COUNT = `SELECT count(*) AS tweets, sum(bytes) AS bytes FROM ks.tweet_key WHERE event_name = ? AND bucket = ?`;
const KEEP = `UPDATE ks.bucket_by_event USING TIMESTAMP ? SET tweets = ?, bytes = ?, counted_at = ?
  WHERE event_name = ? AND bucket = ?`;

/** The servers' time in ms. */
export async function serverTime(cql: Cql): Promise<number> {
  const [row] = await cql.rows('SELECT toUnixTimestamp(now()) AS now FROM system.local', []);
  return numberOf(row?.['now']);
}

/** The buckets that a span touches. */
export async function* bucketsOf(
  cql: Cql,
  code: string,
  { first, until }: Pick<Span, 'first' | 'until'>,
  order: 'ASC' | 'DESC',
): AsyncGenerator<StoredBucket> {
  const ends = [Math.max(EARLIEST, first), Math.min(LATEST, until)].map(encodeLong);
  for await (const row of cql.each(`${LIST} ${order}`, [code, ...ends], LISTED[order])) {
    // Without a note the event was deleted while somebody counted.
    if (row['last_write'] !== null) yield storedBucket(row);
  }
}

function storedBucket(row: Row): StoredBucket {
  const bucket = timeOf(row['bucket']);
  const lastWrite = timeOf(row['last_write']);
  const at = row['counted_at'];
  const settled = at instanceof Date && at.getTime() >= lastWrite + SETTLED_MS;
  return {
    bucket,
    lastWrite,
    noted: BigInt(String(row['noted'])),
    counted: settled ? { bucket, ...countsIn(row) } : undefined,
  };
}

const countsIn = (row: Row | undefined): Omit<CountedBucket, 'bucket'> => ({
  tweets: numberOf(row?.['tweets']),
  bytes: numberOf(row?.['bytes']),
});

/** The buckets of a span, oldest first, each with its tweets counted. */
export async function* countedBuckets(cql: Cql, code: string, span: Span): AsyncGenerator<CountedBucket> {
  const now = await serverTime(cql);
  const buckets = bucketsOf(cql, code, span, 'ASC');
  yield* inOrder(buckets, AT_ONCE, async (stored) => stored.counted ?? count(cql, code, stored, now));
}

/** Keeps the count of a bucket, if it has been quiet for long enough and has none. */
export async function countSettled(cql: Cql, code: string, bucket: number): Promise<void> {
  const now = await serverTime(cql);
  for await (const stored of bucketsOf(cql, code, { first: bucket, until: bucket + 1 }, 'ASC')) {
    if (stored.counted === undefined && isQuiet(stored, now)) await count(cql, code, stored, now);
  }
}

const isQuiet = ({ lastWrite }: StoredBucket, now: number): boolean => now >= lastWrite + SETTLED_MS;

/** Counts a bucket and, when it has been quiet for long enough, keeps the count. `now` is before the counting. */
async function count(cql: Cql, code: string, stored: StoredBucket, now: number): Promise<CountedBucket> {
  const key = [code, encodeLong(stored.bucket)];
  const [row] = await cql.rows(COUNT, key);
  const { tweets, bytes } = countsIn(row);
  if (isQuiet(stored, now))
    await cql.rows(KEEP, [stored.noted, ...[tweets, bytes, now].map(encodeLong), ...key]);
  return { bucket: stored.bucket, tweets, bytes };
}
