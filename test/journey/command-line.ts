// The command line, started as a person would: on folders of one test file, with posts made for it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { Rejected } from '../../sql/ledger.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import { keptOf } from './kept.ts';
import { startNode, tempDir, type Started } from './running.ts';

export const dir = tempDir('command');
afterAll(() => dir[Symbol.dispose]());

const FIRST_ID = (BigInt(Date.parse('2020-05-01T10:00:00Z')) - 1_288_834_974_657n) << 22n;
/** Of a post in the minute of 2020-05-01T10:00Z. */
export const idOf = (n: number): string => String(FIRST_ID + BigInt(n));
export const post = (n: number, text = `flood ${n}`): string =>
  JSON.stringify({ data: { id: idOf(n), text } });
export const FLOOD = ['--event', 'Flood=flood'];

export function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(dir.path, name);
  writeFileSync(path, content);
  return path;
}

/** On the folder `data` of its own, with a page that takes any port. */
export function epicenter(
  data: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  return startNode(['local.ts', ...args], { DATA_DIR: join(dir.path, data), PORT: '0', ...env });
}

export interface Summary {
  read: number;
  rejected: number;
  events: Record<string, { matched: number; stored: number }>;
}

export const summaryOf = (started: Started): Summary =>
  JSON.parse(started.out().trimEnd().split('\n').at(-1)!) as Summary;

export async function replayed(data: string, args: readonly string[]): Promise<Summary> {
  const running = epicenter(data, ['--once', ...args]);
  expect(await running.ended, running.err()).toBe(0);
  return summaryOf(running);
}

export async function rejectedIn(data: string): Promise<Rejected[]> {
  const store = await openSqliteStore(join(dir.path, data));
  try {
    return await store.rejected(undefined, 1_000);
  } finally {
    await store.close();
  }
}

export const idsIn = async (data: string, code = 'flood'): Promise<string[]> =>
  (await keptOf(join(dir.path, data), code)).rows.map((row) => row.t_id).toSorted();
export const ids = (...numbers: readonly number[]): string[] => numbers.map(idOf).toSorted();
