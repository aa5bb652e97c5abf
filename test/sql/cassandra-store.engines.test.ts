// What only a real Cassandra can show beyond the contract: refusals, tombstones, snapshots, deletion, many partitions.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCassandraStore } from '../../sql/cassandra.ts';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { describeWithEngines } from '../engines/addresses.ts';
import { idAt, makeGap, makeTweet, newCode } from '../factories.ts';
import { connect, dropKeyspace, messagesOf, open, settingsFor } from './cassandra-fixture.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;
const NAME = `store_${randomUUID().slice(0, 8)}`;

describeWithEngines('The store on Cassandra', (engines) => {
  const settings = () => settingsFor(engines, NAME);
  beforeAll(() => applySchema(settings()));
  afterAll(() => dropKeyspace(settings()));

  test('saveTweets refuses what the server refuses and stores the rest of the batch', async () => {
    const store = await open(settings());
    const code = newCode();
    const tooLong = makeTweet({ event_name: code, t_id: '7'.repeat(70_000), t_created_at: NOON });
    const others = [1, 2, 3].map((n) => makeTweet({ event_name: code, t_id: idAt(NOON, n) }));
    const refused = await store.saveTweets([others[0]!, tooLong, ...others.slice(1)]);
    expect(refused.map(({ tweet }) => tweet)).toEqual([tooLong]);
    expect(refused[0]!.reason).toMatch(/70000|65535/);
    expect(await store.total(code)).toBe(3);
  });

  test('saveTweets writes no tombstones: what is absent stays unset', async () => {
    const store = await open(settings());
    const client = await connect(settings());
    const code = newCode();
    await store.saveTweets([makeTweet({ event_name: code, t_lang: 'en', writeTime: 1_000 })]);
    const { t_lang: _, ...rest } = makeTweet({ writeTime: 2_000 }).row;
    await store.saveTweets([
      { row: { ...rest, event_name: code }, raw: Buffer.from('{}'), writeTime: 2_000 },
    ]);
    const result = await client.execute(
      `SELECT t_lang FROM ${NAME}.tweet WHERE event_name = ? AND bucket = ?`,
      [code, new Date(NOON)],
    );
    expect(result.rows.map((row) => row['t_lang'])).toEqual(['en']);
  });

  test('messages keep a row that a later copy replaced after the call', async () => {
    const store = await open(settings());
    const code = newCode();
    const copy = { event_name: code, t_id: idAt(NOON) };
    await store.saveTweets([makeTweet({ ...copy, raw: 'first', writeTime: 1_000 })]);
    await sleep(5);
    const { chunks } = await store.messages(code, {});
    await store.saveTweets([makeTweet({ ...copy, raw: 'second', writeTime: 2_000 })]);
    const seen: string[] = [];
    for await (const chunk of chunks) seen.push(...chunk.map((bytes) => Buffer.from(bytes).toString()));
    expect(seen).toHaveLength(1);
  });

  test('deleteTweets keeps away what was received before and is delivered after', async () => {
    const store = await open(settings());
    const code = newCode();
    const tweet = makeTweet({ event_name: code });
    await store.saveTweets([tweet]);
    await store.saveGap(makeGap({ event: code }));
    await store.deleteTweets(code);
    await store.saveTweets([tweet]);
    expect([(await store.tweets(code, { limit: 5 })).tweets, await store.total(code)]).toEqual([[], 0]);
  });

  test('tweets and counts of thousands of sparse buckets are complete', async () => {
    const store = await open(settings());
    const code = newCode();
    const times = Array.from({ length: 3_000 }, (_, n) => NOON + n * MINUTE);
    const tweets = times.map((time) => makeTweet({ event_name: code, t_id: idAt(time), raw: `${time}` }));
    for (let from = 0; from < tweets.length; from += 500)
      await store.saveTweets(tweets.slice(from, from + 500));
    const page = await store.tweets(code, { limit: 1_000 });
    expect(page.tweets.map((row) => row.t_created_at)).toEqual(times.toReversed().slice(0, 1_000));
    const hours = await store.counts(code, 'hour', {});
    expect(hours.map(({ tweets: n }) => n)).toEqual(Array.from({ length: 50 }, () => 60));
    expect(await messagesOf(store, code)).toEqual(times.map(String));
  });

  test('durability finds nothing wrong with the commit log of these engines', async () => {
    const { engine, problems } = await (await open(settings())).durability();
    expect(engine).toMatch(/^Cassandra \d+\.\d+/);
    expect(problems).toEqual([]);
  });

  test('close stores what was on its way, may be called twice, and lets nothing in afterwards', async () => {
    const store = await openCassandraStore(settings(), () => undefined);
    const code = newCode();
    const saving = store.saveTweets([makeTweet({ event_name: code })]);
    await Promise.all([store.close(), store.close()]);
    expect(await saving).toEqual([]);
    await expect(store.total(code)).rejects.toThrow('is closed');
    expect(await (await open(settings())).total(code)).toBe(1);
  });
});
