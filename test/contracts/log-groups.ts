// What every Log does for the groups that consume it.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../eventing/log.ts';
import {
  NEVER,
  consumeUntil,
  lettered,
  message,
  newGroup,
  newTopic,
  text,
  type OpenLog,
} from './log-tools.ts';

export function logGroupsContract(name: string, open: () => Promise<OpenLog>): void {
  describe(`${name} and its groups`, () => {
    let opened: OpenLog;
    let log: Log;

    beforeAll(async () => {
      opened = await open();
      log = opened.log;
    });
    afterAll(() => opened.close());

    it('gives every group every record', async () => {
      const topic = await newTopic(log);
      await log.append(lettered(topic, 'abc'));
      expect(await consumeUntil(log, { topic, group: newGroup() }, (values) => values.length === 3)).toEqual([
        'a',
        'b',
        'c',
      ]);
      expect(await consumeUntil(log, { topic, group: newGroup() }, (values) => values.length === 3)).toEqual([
        'a',
        'b',
        'c',
      ]);
    });

    it('begins a group that asks for the latest with what comes after it', async () => {
      const topic = await newTopic(log);
      await log.append(lettered(topic, 'abc'));
      const seen: (string | null)[] = [];
      const stop = new AbortController();
      const work = log.consume(
        { topic, group: newGroup(), inFlight: 1, from: 'latest' },
        async (record) => void seen.push(text(record)),
        stop.signal,
      );
      await vi.waitFor(async () => {
        await log.append(lettered(topic, 'd'));
        expect(seen.length).toBeGreaterThan(0);
      }, 20_000);
      stop.abort();
      await work;
      expect(new Set(seen)).toEqual(new Set(['d']));
    });

    it('does not deliver again what was finished before a clean end, also not after it is opened again', async () => {
      const topic = await newTopic(log);
      const group = newGroup();
      await log.append(lettered(topic, 'abcde'));
      const two = await consumeUntil(log, { topic, group }, (values) => values.length === 2);
      expect(two).toEqual(['a', 'b']);
      log = await opened.reopen();
      expect(await consumeUntil(log, { topic, group }, (values) => values.length === 3)).toEqual([
        'c', 'd', 'e',
      ]); // prettier-ignore
      expect(await log.lag(group, topic)).toBe(0);
    });

    it('rejects with what a handler throws, and delivers that record again', async () => {
      const topic = await newTopic(log);
      const group = newGroup();
      await log.append(lettered(topic, 'abcd'));
      const work = log.consume(
        { topic, group, inFlight: 1, from: 'earliest' },
        async (record) => {
          if (text(record) === 'c') throw new Error('the store is away');
        },
        NEVER,
      );
      await expect(work).rejects.toThrow('the store is away');
      expect(await consumeUntil(log, { topic, group }, (values) => values.includes('d'))).toEqual(['c', 'd']);
    });

    it('commits nothing behind a record that failed, though later ones were finished', async () => {
      const topic = await newTopic(log);
      const group = newGroup();
      await log.append(lettered(topic, 'abcd'));
      let finished = 0;
      const work = log.consume(
        { topic, group, inFlight: 4, from: 'earliest' },
        async (record) => {
          if (text(record) === 'b') {
            await vi.waitFor(() => expect(finished).toBe(3), 10_000);
            throw new Error('refused');
          }
          finished++;
        },
        NEVER,
      );
      await expect(work).rejects.toThrow('refused');
      expect(await consumeUntil(log, { topic, group }, (values) => values.includes('d'))).toEqual([
        'b', 'c', 'd',
      ]); // prettier-ignore
    });

    it('waits for what is in flight when it is aborted, and commits it', async () => {
      const topic = await newTopic(log);
      const group = newGroup();
      await log.append(lettered(topic, 'abc'));
      const stop = new AbortController();
      let finished = '';
      await log.consume(
        { topic, group, inFlight: 1, from: 'earliest' },
        async (record) => {
          stop.abort();
          await pause(100);
          finished += text(record);
        },
        stop.signal,
      );
      expect(finished).toBe('a');
      expect(await log.lag(group, topic)).toBe(2);
    });

    it('handles one record at a time in order with inFlight 1, and at most N with inFlight N', async () => {
      for (const inFlight of [1, 5]) {
        const topic = await newTopic(log);
        const values = Array.from({ length: 30 }, (_, index) => `${index}`);
        await log.append(values.map((value) => message(topic, 'k', value)));
        const stop = new AbortController();
        const seen: (string | null)[] = [];
        let running = 0;
        let most = 0;
        await log.consume(
          { topic, group: newGroup(), inFlight, from: 'earliest' },
          async (record) => {
            most = Math.max(most, ++running);
            await pause(5);
            running--;
            if (seen.push(text(record)) === values.length) stop.abort();
          },
          stop.signal,
        );
        expect(most).toBe(inFlight);
        expect(inFlight === 1 ? seen : seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(values);
      }
    });

    it('counts as lag what a group has yet to finish', async () => {
      const topic = await newTopic(log);
      const group = newGroup();
      await log.append(lettered(topic, 'abc'));
      expect(await log.lag(group, topic)).toBe(3);
      await consumeUntil(log, { topic, group }, (values) => values.length === 2);
      expect(await log.lag(group, topic)).toBe(1);
      await log.append(lettered(topic, 'de'));
      expect(await log.lag(group, topic)).toBe(3);
    });

    it('begins a deleted group anew', async () => {
      const topic = await newTopic(log);
      const group = newGroup();
      await log.append(lettered(topic, 'ab'));
      await consumeUntil(log, { topic, group }, (values) => values.length === 2);
      await log.deleteGroup(group);
      await log.deleteGroup(group);
      expect(await log.lag(group, topic)).toBe(2);
      expect(await consumeUntil(log, { topic, group }, (values) => values.length === 2)).toEqual(['a', 'b']);
    });

    it('does not grow while a handler is slow', async () => {
      const topic = await newTopic(log);
      const value = Buffer.alloc(1_000_000, 'x');
      for (let batch = 0; batch < 12; batch++) {
        await log.append(Array.from({ length: 5 }, () => ({ topic, key: 'k', headers: {}, value })));
      }
      const stop = new AbortController();
      let handled = 0;
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      await log.consume(
        { topic, group: newGroup(), inFlight: 2, from: 'earliest' },
        async () => {
          await pause(20);
          most = Math.max(most, process.memoryUsage().arrayBuffers - before);
          if (++handled === 10) stop.abort();
        },
        stop.signal,
      );
      expect(most).toBeLessThan(40_000_000);
    });
  });
}
