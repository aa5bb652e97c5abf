// A day of a hundred thousand tweets in Cassandra: what a person and an analyst wait for. Ten million: docs/ten-million.md.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'cassandra-driver';
import * as duckdb from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCassandraStore } from '../../sql/cassandra.ts';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { cassandraSettings } from '../../sql/cassandra-settings.ts';
import { exportParquet } from '../../sql/export-parquet.ts';
import type { Store } from '../../sql/store.ts';
import { describeWithEngines } from '../engines/addresses.ts';
import { makeEvent } from '../factories.ts';
import { tempDir } from '../journey/running.ts';
import { dropKeyspace } from '../sql/cassandra-fixture.ts';
import { crisis } from './crisis.ts';
import { fill } from './fill.ts';
import { countedWords, dayCounts, firstPage, hoursOf, type Timed } from './many.ts';
import { countWords } from './words.ts';

const MANY = 100_000;
const DAYS = [MANY];
/** of another event, whose tweets nobody asks for */
const UNREAD = 10_000;
const KEYSPACE = `many_${randomUUID().slice(0, 8)}`;
const FILL_MS = 300_000;
// A minute, what a note speaks for, a round, and the counting.
const COUNTED_WITHIN_MS = 110_000;
const TRIES_MS = 20_000;
const ORIGINAL_TWEETS_A_SECOND = 19_585;

/** What one of a few tries gives in less than `ms`: others use this machine too. Throws when none is so fast. */
async function within<T>(ms: number, work: () => Promise<Timed<T>>): Promise<T> {
  const took: number[] = [];
  for (const began = performance.now(); performance.now() < began + TRIES_MS;) {
    const { ms: each, value } = await work();
    if (Math.min(...each) < ms) return value;
    took.push(...each);
  }
  throw new Error(`It took ${took.map(Math.round).join(', ')} ms, not less than ${ms}.`);
}

describeWithEngines('A hundred thousand tweets in Cassandra', ({ env }) => {
  const dir = tempDir('many');
  const settings = () => cassandraSettings({ ...env, CASSANDRA_KEYSPACE: KEYSPACE })!;
  let store: Store;
  let client: Client;
  let filledAt: number;

  beforeAll(async () => {
    await applySchema(settings());
    store = await openCassandraStore(settings(), () => undefined);
    client = new Client({ contactPoints: [...settings().contactPoints], localDataCenter: 'datacenter1' });
    await store.createEvent(makeEvent({ code: 'flood' }));
    await fill(store, 'storm', [UNREAD]);
    filledAt = performance.now();
    await fill(store, 'flood', DAYS);
  }, FILL_MS);
  afterAll(async () => {
    await store.close();
    await client.shutdown();
    await dropKeyspace(settings());
    dir[Symbol.dispose]();
  });

  test('show their first page in less than 100 ms', async () => {
    const { tweets } = await within(100, () => firstPage(store, 'flood', 1));
    const last = Array.from(crisis('flood', DAYS)).at(-1)!;
    const newest = last.map(({ row }) => row.t_id).toReversed();
    expect(tweets.map((row) => row.t_id).slice(0, newest.length)).toEqual(newest.slice(0, 50));
  });

  test('are counted by the hour in less than a second, though nobody counted them before', async () => {
    const counts = await within(1_000, () => dayCounts(store, 'flood', 0, 1));
    expect(counts).toEqual(hoursOf('flood', DAYS, 0));
  });

  test('have their words counted by DuckDB on an export 25 times as fast as the original did', async () => {
    const file = join(dir.path, 'flood.parquet');
    const asked = { store, code: 'flood', file, progress: () => undefined };
    expect(await exportParquet(duckdb, asked, new AbortController().signal)).toBe(MANY);
    const { cpuSeconds, value } = await countedWords(file, 5);
    const texts = Array.from(crisis('flood', DAYS)).flatMap((minute) => minute.map(({ row }) => row.t_text));
    expect(value).toEqual(countWords(texts));
    // Of the processors' time, which others who use them do not change: DuckDB uses two of them.
    expect((5 * MANY) / (cpuSeconds / 2)).toBeGreaterThan(25 * ORIGINAL_TWEETS_A_SECOND);
  }, 120_000);

  test(
    'are counted by the process that wrote them, two minutes after its last write at the latest',
    async () => {
      const query = `SELECT tweets, counted_at FROM ${KEYSPACE}.bucket_by_event WHERE event_name = 'storm'`;
      const read = async () => (await client.execute(query, [], { fetchSize: 10_000 })).rows;
      let buckets = await read();
      while (buckets.some((row) => row['counted_at'] === null)) {
        if (performance.now() > filledAt + COUNTED_WITHIN_MS) break;
        await sleep(1_000);
        buckets = await read();
      }
      expect(buckets.filter((row) => row['counted_at'] === null)).toEqual([]);
      expect(buckets).toHaveLength(1_440);
      expect(buckets.reduce((sum, row) => sum + Number(row['tweets']), 0)).toBe(UNREAD);
    },
    COUNTED_WITHIN_MS + 10_000,
  );
});
