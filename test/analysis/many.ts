// How long a person waits for an event of very many tweets, and an analyst for its words.
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Count, Store, TweetPage } from '../../sql/store.ts';
import { BEGIN, crisis, DAY } from './crisis.ts';
import { WORD_COUNT } from './duckdb.ts';

export interface Timed<T> {
  /** ms of each call, in their order */
  readonly ms: readonly number[];
  /** what the last call gave */
  readonly value: T;
}

/** Calls `times` times, one after the other. */
export async function timed<T>(times: number, work: () => Promise<T>): Promise<Timed<T>> {
  const ms: number[] = [];
  for (;;) {
    const began = performance.now();
    const value = await work();
    ms.push(performance.now() - began);
    if (ms.length === times) return { ms, value };
  }
}

export const firstPage = (store: Store, event: string, times: number): Promise<Timed<TweetPage>> =>
  timed(times, () => store.tweets(event, { limit: 50 }));

/** A day by the hour. */
export function dayCounts(store: Store, event: string, day: number, times: number): Promise<Timed<Count[]>> {
  const since = BEGIN + day * DAY;
  return timed(times, () => store.counts(event, 'hour', { since, until: since + DAY }));
}

/** What {@link dayCounts} must give: every tweet looked at. */
export function hoursOf(event: string, days: readonly number[], day: number): Count[] {
  const hours = new Map<number, number>();
  for (const minute of crisis(event, days)) {
    for (const { row } of minute) {
      const start = Math.floor((row.t_created_at ?? 0) / 3_600_000) * 3_600_000;
      if (Math.floor((start - BEGIN) / DAY) === day) hours.set(start, (hours.get(start) ?? 0) + 1);
    }
  }
  return Array.from(hours, ([start, tweets]) => ({ start, tweets }));
}

export interface Counted extends Timed<[unknown, number][]> {
  /** of this process */
  readonly cpuSeconds: number;
}

/** The word count of a Parquet file by DuckDB, as it comes, on two threads. */
export async function countedWords(parquet: string, times: number): Promise<Counted> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    await connection.run('CREATE MACRO explode(list) AS unnest(list)');
    await connection.run(`CREATE VIEW tweet AS FROM '${parquet}'`);
    const before = process.cpuUsage();
    const { ms, value } = await timed(times, () => connection.runAndReadAll(WORD_COUNT));
    const { user, system } = process.cpuUsage(before);
    const words = value.getRowObjectsJS().map(({ word, uses }): [unknown, number] => [word, Number(uses)]);
    return { ms, value: words, cpuSeconds: (user + system) / 1e6 };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The most memory (MB) that this process ever had resident; Linux. */
export function peakMb(): number {
  const kb = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Math.round((Number(kb) * 1_024) / 1e6);
}
