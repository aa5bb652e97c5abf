// Several stores on one real Cassandra: who wins, what they see of each other, and which counts they trust.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { describeWithEngines } from '../engines/addresses.ts';
import { idAt, makeEvent, makeTweet, newCode } from '../factories.ts';
import { connect, dropKeyspace, messagesOf, open, settingsFor } from './cassandra-fixture.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const NAME = `store_${randomUUID().slice(0, 8)}`;

describeWithEngines('openCassandraStore, several at once', (engines) => {
  const settings = () => settingsFor(engines, NAME);
  beforeAll(() => applySchema(settings()));
  afterAll(() => dropKeyspace(settings()));

  test('createEvent and changeEvent let exactly one client win', async () => {
    const stores = [await open(settings()), await open(settings())];
    for (let round = 0; round < 10; round += 1) {
      const event = makeEvent();
      const made = await Promise.all(stores.map((store, n) => store.createEvent({ ...event, name: `${n}` })));
      expect(made.filter(Boolean)).toHaveLength(1);
      expect((await stores[0]!.event(event.code))!.name).toBe(String(made.indexOf(true)));
      const changed = await Promise.all(
        stores.map((store, n) => store.changeEvent({ ...event, version: 2, description: `${n}` })),
      );
      expect(changed.filter(Boolean)).toHaveLength(1);
      expect((await stores[1]!.event(event.code))!.description).toBe(String(changed.indexOf(true)));
    }
  });

  test('saveTweets of two clients ends in the same rows in either order and at once', async () => {
    const [a, b] = [await open(settings()), await open(settings())];
    const ids = Array.from({ length: 50 }, (_, n) => idAt(NOON + n * 10_000));
    const id = '00000000-0000-5000-8000-000000000001';
    const copies = (event_name: string, t_text: string) =>
      ids.map((t_id) => makeTweet({ event_name, t_id, id, t_text, raw: t_text }));
    const ends: unknown[] = [];
    for (const way of ['ab', 'ba', 'at once']) {
      const code = newCode();
      const saves = [() => a.saveTweets(copies(code, 'one')), () => b.saveTweets(copies(code, 'two'))];
      if (way === 'at once') await Promise.all(saves.map((save) => save()));
      else for (const save of way === 'ab' ? saves : saves.toReversed()) await save();
      const { tweets } = await b.tweets(code, { limit: 100 });
      expect([await a.total(code), await b.total(code)]).toEqual([50, 50]);
      ends.push({
        tweets: tweets.map((row) => ({ ...row, event_name: '' })),
        raw: await messagesOf(a, code),
      });
    }
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[2]).toEqual(ends[0]);
  });

  test('total counts at once what another client stored in a bucket that was counted before', async () => {
    const [writer, reader] = [await open(settings()), await open(settings())];
    const code = newCode();
    for (let n = 1; n <= 5; n += 1) {
      await writer.saveTweets([makeTweet({ event_name: code, t_id: idAt(NOON + n) })]);
      expect(await reader.total(code)).toBe(n);
    }
  });

  test('a count is kept when its bucket has been quiet for a minute, and made anew after the next write', async () => {
    const store = await open(settings());
    const client = await connect(settings());
    const code = newCode();
    await store.saveTweets([makeTweet({ event_name: code })]);
    await client.execute(
      `UPDATE ${NAME}.bucket_by_event SET last_write = ? WHERE event_name = ? AND bucket = ?`,
      [new Date(Date.now() - 61_000), code, new Date(NOON)],
    );
    expect(await store.total(code)).toBe(1);
    const kept = await client.execute(
      `SELECT tweets, counted_at FROM ${NAME}.bucket_by_event WHERE event_name = '${code}'`,
    );
    expect(Number(kept.rows[0]!['tweets'])).toBe(1);
    // A row that nobody noted shows whether it was counted again: it was not.
    await client.execute(
      `INSERT INTO ${NAME}.tweet_key (event_name, bucket, t_id, bytes) VALUES (?, ?, '2', 0)`,
      [code, new Date(NOON)],
    );
    expect(await store.total(code)).toBe(1);
    await (await open(settings())).saveTweets([makeTweet({ event_name: code, t_id: idAt(NOON + 1) })]);
    expect(await store.total(code)).toBe(3);
  });
});
