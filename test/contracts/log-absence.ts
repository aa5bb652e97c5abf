// What every Log does where a topic is not there, or a consumer no longer.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../eventing/log.ts';
import { lettered, newGroup, newTopic, readAll, settings, text, type OpenLog } from './log-tools.ts';

export function logAbsenceContract(name: string, open: () => Promise<OpenLog>): void {
  describe(`${name} and what is not there`, () => {
    let opened: OpenLog;
    let log: Log;

    beforeAll(async () => {
      opened = await open();
      log = opened.log;
    });
    afterAll(() => opened.close());

    it('rejects the tail of a topic that does not exist, naming it, and counts no lag of it', async () => {
      const topic = `missing-${newGroup()}`;
      await expect(readAll(log, topic)).rejects.toThrow(topic);
      expect(await log.lag(newGroup(), topic)).toBe(0);
    });

    it('lets a consumer wait for a topic that is yet to be created, and skips none of its records', async () => {
      const topic = `later-${newGroup()}`;
      const stop = new AbortController();
      const seen: (string | null)[] = [];
      const work = log.consume(
        { topic, group: newGroup(), inFlight: 1, from: 'latest' },
        async (record) => void seen.push(text(record)),
        stop.signal,
      );
      await log.createTopic({ ...settings, name: topic });
      await log.append(lettered(topic, 'ab'));
      await vi.waitFor(() => expect(seen).toEqual(['a', 'b']), 20_000);
      stop.abort();
      await work;
    });

    it('ends a tail and a consumer that have nothing to do when they are aborted', async () => {
      const topic = await newTopic(log);
      const signal = AbortSignal.timeout(300);
      const tailing = (async () => {
        for await (const part of log.tail(topic, signal)) expect(part.records).toEqual([]);
      })();
      const of = { topic, group: newGroup(), inFlight: 1, from: 'earliest' } as const;
      await Promise.all([tailing, log.consume(of, () => Promise.resolve(), signal)]);
    });

    it('tells a handler that its consumer is aborted, and delivers again what it gave up', async () => {
      const topic = await newTopic(log);
      const of = { topic, group: newGroup(), inFlight: 1, from: 'earliest' } as const;
      await log.append(lettered(topic, 'a'));
      const stop = new AbortController();
      const gaveUp = await Promise.allSettled([
        log.consume(
          of,
          async (_record, signal) => {
            queueMicrotask(() => stop.abort());
            await new Promise<void>((resolve) => {
              signal.addEventListener('abort', () => resolve());
            });
            throw new Error('given up');
          },
          stop.signal,
        ),
      ]);
      // Its error counts for nothing.
      expect(gaveUp).toEqual([{ status: 'fulfilled', value: undefined }]);
      expect(await log.lag(of.group, topic)).toBe(1);
      const again = new AbortController();
      const seen: (string | null)[] = [];
      const handle = async (record: Parameters<typeof text>[0]): Promise<void> => {
        seen.push(text(record));
        again.abort();
      };
      await log.consume(of, handle, again.signal);
      expect(seen).toEqual(['a']);
    });
  });
}
