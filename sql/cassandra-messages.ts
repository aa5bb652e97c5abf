// An event's messages, oldest first: which buckets a part has is decided first, then they are read a page at a time.
import { type CountedBucket, countedBuckets, serverTime } from './cassandra-buckets.ts';
import type { Cql } from './cassandra-client.ts';
import { bytesOf, encodeLong, numberOf } from './cassandra-rows.ts';
import { idsInSpan } from './cassandra-reading.ts';
import type { PartSize } from './part.ts';
import { isWhole, type Span, spanOf } from './range.ts';
import type { Messages, Range } from './store.ts';

// A chunk, and about what one page of Cassandra's answer takes; 64 of the longest messages (512 KB) are 32 MB.
const CHUNK_BYTES = 256 * 1024;
const MOST_ROWS = 64;

const RAW = 'SELECT t_id, raw FROM ks.tweet_raw WHERE event_name = ? AND bucket = ? ORDER BY t_id';
const FIRST = 'SELECT t_id, first_stored FROM ks.tweet_key WHERE event_name = ? AND bucket = ?';
const KEYS = 2_000;

interface Part {
  readonly code: string;
  readonly span: Span;
  /** the servers' time of the call, ms */
  readonly began: number;
  readonly buckets: readonly CountedBucket[];
}

/**
 * The messages that were stored when it was called, by the servers' clocks and to the millisecond: Cassandra has no snapshot, so
 * rows that were first stored later are left out. A message that is replaced meanwhile by a later copy of the same post is
 * given in either copy, and an event that is deleted meanwhile ends early.
 */
export async function messages(cql: Cql, code: string, range: Range, size: PartSize): Promise<Messages> {
  const span = spanOf(range);
  const began = await serverTime(cql);
  const { buckets, next } = await planPart(countedBuckets(cql, code, span), size);
  const rest = next === undefined || (await hasTweets(cql, code, next, span)) ? next : undefined;
  return { chunks: chunksOf(cql, { code, span, began, buckets }), rest };
}

/** The buckets of a part, and the one where the next begins. Whole buckets, at least one (part.ts). */
export async function planPart(
  buckets: AsyncIterable<CountedBucket>,
  size: PartSize,
): Promise<{ buckets: CountedBucket[]; next: number | undefined }> {
  const part: CountedBucket[] = [];
  let tweets = 0;
  let bytes = 0;
  for await (const bucket of buckets) {
    tweets += bucket.tweets;
    bytes += bucket.bytes;
    if (part.length > 0 && (tweets > size.messages || bytes > size.bytes))
      return { buckets: part, next: bucket.bucket };
    part.push(bucket);
  }
  return { buckets: part, next: undefined };
}

/** Whether the bucket has anything in the span: all of it is, or it is the span's last. */
async function hasTweets(cql: Cql, code: string, bucket: number, span: Span): Promise<boolean> {
  if (isWhole(bucket, span)) return true;
  for await (const _ of idsInSpan(cql, code, bucket, span)) return true;
  return false;
}

async function* chunksOf(cql: Cql, part: Part): AsyncGenerator<Uint8Array[]> {
  let chunk: Uint8Array[] = [];
  let bytes = 0;
  for (const bucket of part.buckets) {
    for await (const raw of messagesOf(cql, part, bucket)) {
      chunk.push(raw);
      bytes += raw.length;
      if (bytes < CHUNK_BYTES) continue;
      yield chunk;
      chunk = [];
      bytes = 0;
    }
  }
  if (chunk.length > 0) yield chunk;
}

async function* messagesOf(
  cql: Cql,
  { code, span, began }: Part,
  { bucket, tweets, bytes }: CountedBucket,
): AsyncGenerator<Uint8Array> {
  const wanted = isWhole(bucket, span) ? undefined : new Set<string>();
  if (wanted !== undefined) for await (const id of idsInSpan(cql, code, bucket, span)) wanted.add(id);
  const perPage = Math.floor(CHUNK_BYTES / Math.max(1, bytes / Math.max(1, tweets)));
  const key = [code, encodeLong(bucket)];
  const early = await idsStoredBy(cql, key, began);
  for await (const row of cql.each(RAW, key, Math.min(MOST_ROWS, Math.max(1, perPage)))) {
    const id = String(row['t_id']);
    if (early.has(id) && (wanted === undefined || wanted.has(id))) yield bytesOf(row['raw']);
  }
}

/** Which tweets of a bucket had been stored, in any copy, at a time: 15,000 at most at X's cap. */
async function idsStoredBy(cql: Cql, key: readonly unknown[], time: number): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const row of cql.each(FIRST, key, KEYS)) {
    const copies = Object.values(row['first_stored'] ?? {});
    if (copies.some((minus) => -numberOf(minus) <= time)) ids.add(String(row['t_id']));
  }
  return ids;
}
