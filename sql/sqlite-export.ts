// An event's messages, oldest first, on a connection of their own: a snapshot, a part of it, its chunks.
import type { DatabaseSync } from 'node:sqlite';
import { BUCKET_MS } from './bucket.ts';
import type { PartSize } from './part.ts';
import { ownTimeSql, type Span, spanOf } from './range.ts';
import { blobOf } from './sqlite-rows.ts';
import type { Range } from './store.ts';

const CHUNK_BYTES = 256 * 1024;

/** `last` is the last bucket of the part, `rest` the bucket where the next one begins. */
export interface Part {
  readonly span: Span;
  readonly last: number;
  readonly rest: number | undefined;
}

/** Begins a snapshot on `db`, which then belongs to this export, and decides what of it this part has. */
export function beginPart(db: DatabaseSync, code: string, range: Range, size: PartSize): Part {
  db.exec('BEGIN');
  const span = spanOf(range);
  const last = lastBucket(db, code, span, size);
  const next = db
    .prepare(
      `SELECT bucket FROM tweet WHERE event_name = ? AND bucket > ? AND bucket < ?
         AND ${ownTimeSql('tweet')} >= ? AND ${ownTimeSql('tweet')} < ? ORDER BY bucket LIMIT 1`,
    )
    .get(code, last, span.until, span.since, span.until);
  return { span, last, rest: next === undefined ? undefined : Number(next['bucket']) };
}

function lastBucket(db: DatabaseSync, code: string, span: Span, size: PartSize): number {
  const buckets = db.prepare(
    `SELECT bucket, tweets, bytes FROM bucket_by_event
     WHERE event_name = ? AND bucket >= ? AND bucket < ? ORDER BY bucket`,
  );
  let messages = 0;
  let bytes = 0;
  let last: number | undefined;
  for (const row of buckets.iterate(code, span.first, span.until)) {
    messages += Number(row['tweets']);
    bytes += Number(row['bytes']);
    if (last !== undefined && (messages > size.messages || bytes > size.bytes)) return last;
    last = Number(row['bucket']);
  }
  return last ?? span.first;
}

/** The part's messages in chunks of about 256 KB. */
export function* chunksOf(db: DatabaseSync, code: string, part: Part): Generator<Uint8Array[]> {
  const { span, last } = part;
  const messages = db.prepare(
    `SELECT raw FROM tweet_raw r WHERE event_name = ? AND bucket >= ? AND bucket <= ?
       AND ((bucket >= ? AND bucket <= ?) OR EXISTS (
         SELECT 1 FROM tweet t WHERE t.event_name = r.event_name AND t.bucket = r.bucket AND t.t_id = r.t_id
           AND ${ownTimeSql('t')} >= ?
           AND ${ownTimeSql('t')} < ?))
     ORDER BY bucket, t_id`,
  );
  const rows = messages.iterate(
    code,
    span.first,
    last,
    span.since,
    span.until - BUCKET_MS,
    span.since,
    span.until,
  );
  let chunk: Uint8Array[] = [];
  let bytes = 0;
  for (const row of rows) {
    const raw = blobOf(row['raw']);
    chunk.push(raw);
    bytes += raw.length;
    if (bytes < CHUNK_BYTES) continue;
    yield chunk;
    chunk = [];
    bytes = 0;
  }
  if (chunk.length > 0) yield chunk;
}
