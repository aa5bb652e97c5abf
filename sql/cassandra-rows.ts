// A tweet as Cassandra's columns hold it and back. Encoded here and not by the driver: its size is known before it is sent, what
// does not fit names its column, and an empty list stays one (the driver would send null, a tombstone). Pure.
import type { Row } from './cassandra-client.ts';
import { columnNames, columns, type Tweet, type TweetRow, wholeRow } from './tweet.ts';

/** A cell's bytes; undefined leaves it unset. */
export type Cell = Buffer | undefined;

/** What a tweet holds cannot be stored, whatever the state of the engine. */
export class UnfitTweet extends Error {
  override name = 'UnfitTweet';
}

/** A tweet ready to be sent. `timestamp` is its write time; `bytes` about what it takes on the wire. */
export interface EncodedTweet {
  readonly tweet: Tweet;
  readonly cells: readonly Cell[];
  readonly raw: Buffer;
  readonly timestamp: Buffer;
  readonly bytes: number;
}

const LATEST = 8.64e15;
const FALSE = Buffer.from([0]);
const TRUE = Buffer.from([1]);
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A whole number in 8 bytes, as `bigint`, `timestamp` and USING TIMESTAMP take it. */
export function encodeLong(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeInt32BE(Math.floor(value / 2 ** 32), 0);
  bytes.writeUInt32BE(value - Math.floor(value / 2 ** 32) * 2 ** 32, 4);
  return bytes;
}

function text(value: unknown, name: string): Buffer {
  if (typeof value !== 'string') throw new UnfitTweet(`${name} is not text`);
  return Buffer.from(value);
}

function int(value: unknown, name: string): Buffer {
  if (typeof value !== 'number' || (value | 0) !== value)
    throw new UnfitTweet(`${name} is no 32-bit integer`);
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function timestamp(value: unknown, name: string): Buffer {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > LATEST)
    throw new UnfitTweet(`${name} is no time in ms`);
  return encodeLong(value);
}

function boolean(value: unknown, name: string): Buffer {
  if (typeof value !== 'boolean') throw new UnfitTweet(`${name} is not true or false`);
  return value ? TRUE : FALSE;
}

function uuid(value: unknown, name: string): Buffer {
  if (typeof value !== 'string' || !UUID.test(value)) throw new UnfitTweet(`${name} is no UUID`);
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeUInt32BE(Number.parseInt(value.slice(0, 8), 16), 0);
  bytes.writeUInt32BE(Number.parseInt(value.slice(9, 13) + value.slice(14, 18), 16), 4);
  bytes.writeUInt32BE(Number.parseInt(value.slice(19, 23) + value.slice(24, 28), 16), 8);
  bytes.writeUInt32BE(Number.parseInt(value.slice(28), 16), 12);
  return bytes;
}

function list(value: unknown, name: string): Buffer {
  if (!Array.isArray(value)) throw new UnfitTweet(`${name} is no list`);
  const parts = value.flatMap((item) => {
    const bytes = text(item, name);
    return [int(bytes.length, name), bytes];
  });
  return Buffer.concat([int(value.length, name), ...parts]);
}

const encoders = { text, int, timestamp, boolean, uuid, list } as const;
const encoding = columnNames.map((name) => ({ name, encode: encoders[columns[name]] }));

/** Throws {@link UnfitTweet} naming the column that cannot be stored. */
export function encodeTweet(tweet: Tweet): EncodedTweet {
  const { row, raw, writeTime } = tweet;
  if (!Number.isInteger(writeTime) || Math.abs(writeTime) >= 2 ** 63)
    throw new UnfitTweet('the write time is no whole number of µs');
  const cells: Cell[] = [];
  let bytes = raw.length + 300;
  for (const { name, encode } of encoding) {
    const value: unknown = row[name];
    const cell = value === undefined ? undefined : encode(value, name);
    bytes += 4 + (cell?.length ?? 0);
    cells.push(cell);
  }
  return {
    tweet,
    cells,
    raw: Buffer.from(raw.buffer, raw.byteOffset, raw.length),
    timestamp: encodeLong(writeTime),
    bytes,
  };
}

/** A stored row, absent where it is null. */
export function decodeRow(cells: Row): TweetRow {
  const row: Record<string, unknown> = {};
  for (const name of columnNames) {
    const cell = cells[name];
    if (cell === null || cell === undefined) continue;
    row[name] = decoded(columns[name], cell);
  }
  return wholeRow(row);
}

function decoded(type: (typeof columns)[keyof typeof columns], cell: unknown): unknown {
  if (type === 'timestamp') return timeOf(cell);
  return type === 'uuid' ? String(cell) : cell;
}

/** A timestamp cell in ms since 1970. */
export function timeOf(cell: unknown): number {
  if (cell instanceof Date) return cell.getTime();
  throw new Error('Cassandra holds something else where a time should be.');
}

/** A timestamp cell as RFC 3339, UTC. */
export const isoOf = (cell: unknown): string => new Date(timeOf(cell)).toISOString();

/** A bigint cell as a number. */
export function numberOf(cell: unknown): number {
  if (typeof cell === 'bigint' || typeof cell === 'number') return Number(cell);
  throw new Error('Cassandra holds something else where a number should be.');
}

export function bytesOf(cell: unknown): Uint8Array {
  if (cell instanceof Uint8Array) return cell;
  throw new Error('Cassandra holds something else where bytes should be.');
}
