// A tweet's row as SQLite holds it and back. Pure.
import type { SQLOutputValue } from 'node:sqlite';
import { columnNames, columns, type TweetRow, wholeRow } from './tweet.ts';

export type Cell = string | number | null;

/** What a row holds cannot be stored, whatever the state of the engine. */
export class UnfitRow extends Error {
  override name = 'UnfitRow';
}

type Encode = (value: unknown, name: string) => Cell;

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new UnfitRow(`${name} is not text`);
  return value;
}

function int(value: unknown, name: string): number {
  if (typeof value !== 'number' || (value | 0) !== value) throw new UnfitRow(`${name} is no 32-bit integer`);
  return value;
}

function time(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new UnfitRow(`${name} is no time in ms`);
  return value;
}

function flag(value: unknown, name: string): number {
  if (typeof value !== 'boolean') throw new UnfitRow(`${name} is not true or false`);
  return value ? 1 : 0;
}

// JSON would keep half of a surrogate pair, which the other columns, being UTF-8, cannot.
function list(value: unknown, name: string): string {
  if (!Array.isArray(value)) throw new UnfitRow(`${name} is no list`);
  return JSON.stringify(value.map((item) => text(item, name).toWellFormed()));
}

const encoders = { text, int, timestamp: time, boolean: flag, uuid: text, list } as const;
const encoding: readonly (readonly [keyof TweetRow, Encode])[] = columnNames.map((name) => [
  name,
  encoders[columns[name]],
]);

/** The row's cells in the order of the table. Throws {@link UnfitRow} naming the column that cannot be stored. */
export function encodeRow(row: TweetRow): Cell[] {
  const cells: Cell[] = [];
  for (const [name, encode] of encoding) {
    const value: unknown = row[name];
    cells.push(value === undefined ? null : encode(value, name));
  }
  return cells;
}

/** A message's bytes as SQLite gave them. */
export function blobOf(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error('The store holds something else where bytes should be.');
}

/** A stored cell as {@link encodeRow} made it. */
export function cellOf(value: SQLOutputValue): Cell {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new Error('The store holds something else where text or a number should be.');
}

/** The row of a table's cells, absent where they are null. */
export function decodeRow(cells: Readonly<Record<string, SQLOutputValue>>): TweetRow {
  const row: Record<string, unknown> = {};
  for (const name of columnNames) {
    const cell = cells[name];
    if (cell === null || cell === undefined) continue;
    row[name] = decoded(columns[name], cell);
  }
  return wholeRow(row);
}

function decoded(type: (typeof columns)[keyof typeof columns], cell: SQLOutputValue): unknown {
  if (type === 'boolean') return cell === 1;
  return type === 'list' ? JSON.parse(String(cell)) : cell;
}
