// Which buckets a store on Cassandra counts before anybody asks, and that nobody ever reads a count that is not true.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { cqlOn, makeClient } from '../../sql/cassandra-client.ts';
import { notes as notesOn } from '../../sql/cassandra-notes.ts';
import { total } from '../../sql/cassandra-reading.ts';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { countQuiet } from '../../sql/cassandra-settled.ts';
import { saveTweets } from '../../sql/cassandra-tweets.ts';
import { describeWithEngines } from '../engines/addresses.ts';
import { idAt, makeTweet, newCode } from '../factories.ts';
import { dropKeyspace, settingsFor } from './cassandra-fixture.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;
const NAME = `settled_${randomUUID().slice(0, 8)}`;

describeWithEngines('countQuiet', (engines) => {
  const settings = () => settingsFor(engines, NAME);
  beforeAll(() => applySchema(settings()));
  afterAll(() => dropKeyspace(settings()));

  /** A writer with a day's first two minutes: three tweets and one. */
  async function writer(code: string) {
    const client = makeClient(settings());
    onTestFinished(() => client.shutdown());
    const cql = cqlOn(client, NAME);
    const notes = notesOn(cql);
    const save = (...times: number[]) =>
      saveTweets(
        cql,
        notes,
        times.map((time) => makeTweet({ event_name: code, t_id: idAt(time), raw: 'four' })),
      );
    const age = (bucket: number, ms: number) =>
      cql.rows('UPDATE ks.bucket_by_event SET last_write = ? WHERE event_name = ? AND bucket = ?', [
        new Date(Date.now() - ms),
        code,
        new Date(bucket),
      ]);
    const kept = async () => {
      const query = 'SELECT tweets, bytes FROM ks.bucket_by_event WHERE event_name = ? ORDER BY bucket ASC';
      return (await cql.rows(query, [code])).map(({ tweets, bytes }) => [tweets, bytes]);
    };
    await save(NOON, NOON + 1, NOON + 2, NOON + MINUTE);
    const signal = new AbortController().signal;
    return {
      cql,
      notes,
      save,
      age,
      kept,
      count: (quietMs: number) => countQuiet(cql, notes, quietMs, signal),
    };
  }

  test('keeps the counts of buckets that were last written a minute ago, and of no others', async () => {
    const { age, kept, count } = await writer(newCode());
    await age(NOON, 61_000);
    await age(NOON + MINUTE, 50_000);
    await count(0);
    expect(await kept()).toEqual([
      [3n, 12n],
      [null, null],
    ]);
  });

  test('leaves alone what this process wrote a moment ago', async () => {
    const { age, kept, count } = await writer(newCode());
    await age(NOON, 61_000);
    await count(5_000);
    expect(await kept()).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  test('counts a bucket once for each time that it was written to, and a later tweet is seen at once', async () => {
    const code = newCode();
    const { cql, notes, save, age, count } = await writer(code);
    await age(NOON, 61_000);
    await count(0);
    expect(Array.from(notes.takeQuiet(0))).toEqual([]);
    await save(NOON + 3);
    expect(await total(cql, code)).toBe(5);
    expect(Array.from(notes.takeQuiet(0))).toEqual([{ event: code, bucket: NOON }]);
  });

  test('does nothing for an event that was deleted meanwhile', async () => {
    const code = newCode();
    const { cql, kept, count } = await writer(code);
    await cql.rows('DELETE FROM ks.bucket_by_event WHERE event_name = ?', [code]);
    await count(0);
    expect(await kept()).toEqual([]);
  });
});
