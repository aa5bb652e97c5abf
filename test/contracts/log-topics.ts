// What every Log does with topics, appends and readers without a group.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { NotAppendable, type Log } from '../../eventing/log.ts';
import {
  consumeUntil,
  lettered,
  message,
  newGroup,
  newTopic,
  readAll,
  settings,
  text,
  type OpenLog,
} from './log-tools.ts';

export function logTopicsContract(name: string, open: () => Promise<OpenLog>): void {
  describe(`${name} and its topics`, () => {
    let opened: OpenLog;
    let log: Log;

    beforeAll(async () => {
      opened = await open();
      log = opened.log;
    });
    afterAll(() => opened.close());

    it('lists a topic once it is created, leaves an existing one as it is, and forgets a deleted one', async () => {
      const topic = await newTopic(log);
      await log.append(lettered(topic, 'ab'));
      await log.createTopic({ ...settings, name: topic, maxMessageBytes: 1 });
      await log.append(lettered(topic, 'c'));
      expect(await log.topics()).toContain(topic);
      expect((await readAll(log, topic)).map(text)).toEqual(['a', 'b', 'c']);

      await log.deleteTopic(topic);
      await log.deleteTopic(topic);
      await vi.waitFor(async () => expect(await log.topics()).not.toContain(topic));
    });

    it('rejects an append to a topic that does not exist, naming it', async () => {
      const missing = `missing-${randomUUID()}`;
      const append = log.append([message(missing, 'k', 'a')]);
      await expect(append).rejects.toThrow(missing);
      await expect(append).rejects.toBeInstanceOf(NotAppendable);
    });

    it('rejects an append with a record over the limit, naming topic and size', async () => {
      const topic = await newTopic(log, { maxMessageBytes: 1_000 });
      const append = log.append([message(topic, 'k', 'x'.repeat(5_000))]);
      await expect(append).rejects.toThrow(new RegExp(`${topic}.*\\b5\\d{3}\\b`));
      await expect(append).rejects.toBeInstanceOf(NotAppendable);
    });

    it('keeps key, headers, value and null values as they were given', async () => {
      const topic = await newTopic(log);
      const value = Uint8Array.from({ length: 256 }, (_, index) => index);
      const headers = { 'content-type': 'application/json', ce_id: 'a b/c?="d"' };
      const before = Date.now();
      await log.append([
        { topic, key: 'schlüssel', headers, value },
        { topic, key: '', headers: {}, value: new Uint8Array() },
        { topic, key: 'gone', headers: {}, value: null },
      ]);
      const [full, empty, tombstone] = await readAll(log, topic);
      expect(full).toMatchObject({ topic, key: 'schlüssel', headers });
      expect(Buffer.from(full!.value!).equals(Buffer.from(value))).toBe(true);
      expect(full!.time).toBeGreaterThanOrEqual(before - 5_000);
      expect(full!.time).toBeLessThanOrEqual(Date.now() + 5_000);
      expect(empty).toMatchObject({ key: '', headers: {} });
      expect(empty!.value).toHaveLength(0);
      expect(tombstone!.value).toBeNull();
    });

    it('carries records of a megabyte', async () => {
      const topic = await newTopic(log);
      const values = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((letter) => letter.repeat(1_000_000));
      await log.append(values.map((value) => message(topic, 'k', value)));
      expect((await readAll(log, topic)).map(text)).toEqual(values);
    });

    it('keeps the order of each key', async () => {
      const topic = await newTopic(log, { partitions: 4 });
      for (let round = 0; round < 20; round++) {
        await log.append(['a', 'b', 'c'].map((key) => message(topic, key, `${round}`)));
      }
      const read = await readAll(log, topic);
      const rounds = Array.from({ length: 20 }, (_, round) => `${round}`);
      for (const key of ['a', 'b', 'c'])
        expect(read.filter((record) => record.key === key).map(text)).toEqual(rounds);
    });

    it('is caught up at once on an empty topic and then follows it', async () => {
      const topic = await newTopic(log);
      const stop = new AbortController();
      const seen: (string | null)[] = [];
      let caughtUp = 0;
      const following = (async () => {
        for await (const part of log.tail(topic, stop.signal)) {
          if (part.caughtUp) caughtUp++;
          seen.push(...part.records.map(text));
        }
      })();
      await vi.waitFor(() => expect(caughtUp).toBeGreaterThan(0), 10_000);
      expect(seen).toEqual([]);
      await log.append(lettered(topic, 'a'));
      await vi.waitFor(() => expect(seen).toEqual(['a']), 10_000);
      await log.append(lettered(topic, 'bc'));
      await vi.waitFor(() => expect(seen).toEqual(['a', 'b', 'c']), 10_000);
      stop.abort();
      await following;
    });

    it('says that a tail is caught up only when all that was there has been read', async () => {
      const topic = await newTopic(log);
      const values = Array.from({ length: 200 }, (_, index) => `${index}`);
      await log.append(values.map((value) => message(topic, 'k', value)));
      expect((await readAll(log, topic)).map(text)).toEqual(values);
    });

    it('leaves the newest value of each key to a reader of a compacted topic', async () => {
      const topic = await newTopic(log, { compacted: true, retentionMs: -1 });
      for (const value of ['1', '2', '3'])
        await log.append([message(topic, 'a', value), message(topic, 'b', value)]);
      await log.append([message(topic, 'b', null)]);
      const newest = new Map((await readAll(log, topic)).map((record) => [record.key, text(record)]));
      expect(newest.get('a')).toBe('3');
      expect(newest.get('b') ?? null).toBeNull();
    });

    it('takes appends made at the same time whole', async () => {
      const topic = await newTopic(log);
      const batches = Array.from({ length: 20 }, (_, index) => `${index}`);
      await Promise.all(
        batches.map((batch) =>
          log.append(['a', 'b', 'c'].map((value) => message(topic, batch, `${batch}${value}`))),
        ),
      );
      const read = await readAll(log, topic);
      for (const batch of batches) {
        const own = read.filter((record) => record.key === batch).map(text);
        expect(own).toEqual([`${batch}a`, `${batch}b`, `${batch}c`]);
      }
    });

    it('gives a topic that is created again none of the old records and offsets', async () => {
      const topic = await newTopic(log);
      const group = newGroup();
      await log.append(lettered(topic, 'abc'));
      await consumeUntil(log, { topic, group }, (values) => values.length === 3);
      await log.deleteTopic(topic);
      await vi.waitFor(async () => expect(await log.topics()).not.toContain(topic));
      await log.createTopic({ ...settings, name: topic });
      await log.append(lettered(topic, 'd'));
      expect((await readAll(log, topic)).map(text)).toEqual(['d']);
      expect(await consumeUntil(log, { topic, group }, (values) => values.length === 1)).toEqual(['d']);
    });
  });
}
