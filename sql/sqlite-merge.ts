// Two copies of one row become one, cell by cell, as Cassandra's cell timestamps do it: the later write wins, of two
// written at once the greater value, and what a copy does not say takes nothing away. So no order of writes matters. Pure.
import type { Cell } from './sqlite-rows.ts';
import { columnNames } from './tweet.ts';

/** The cells are in the order of the table; `times` has the write time (µs) of those, by name, that are older than `writeTime`. */
export interface Copy {
  readonly cells: readonly Cell[];
  readonly raw: Uint8Array;
  readonly writeTime: number;
  readonly times: Readonly<Record<string, number>>;
}

/** The row that both make; the very `stored` when `incoming` adds nothing to it. */
export function merge(stored: Copy, incoming: Copy): Copy {
  const writeTime = Math.max(stored.writeTime, incoming.writeTime);
  const times: Record<string, number> = {};
  let adds = incoming.writeTime > stored.writeTime;
  const cells = columnNames.map((name, i) => {
    const mine = stored.cells[i] ?? null;
    const mineAt = stored.times[name] ?? stored.writeTime;
    const theirs = incoming.cells[i] ?? null;
    const takes = replaces(mine, mineAt, theirs, incoming.writeTime);
    const winner = takes ? theirs : mine;
    const at = takes ? incoming.writeTime : mineAt;
    adds ||= takes;
    if (winner !== null && at !== writeTime) times[name] = at;
    return winner;
  });
  const newRaw = laterRaw(stored, incoming);
  adds ||= newRaw;
  return adds ? { cells, raw: newRaw ? incoming.raw : stored.raw, writeTime, times } : stored;
}

function replaces(mine: Cell, mineAt: number, theirs: Cell, theirsAt: number): boolean {
  if (theirs === null) return false;
  if (mine === null || theirsAt > mineAt) return true;
  return theirsAt === mineAt && theirs > mine;
}

function laterRaw(stored: Copy, incoming: Copy): boolean {
  if (incoming.writeTime !== stored.writeTime) return incoming.writeTime > stored.writeTime;
  return Buffer.compare(incoming.raw, stored.raw) > 0;
}
