// The Kafka log while its broker is killed, stopped and away: nothing acknowledged is lost, and work goes on by itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openKafkaLog } from '../../eventing/kafka.ts';
import type { Log } from '../../eventing/log.ts';
import { message, newGroup, newTopic, readAll, text } from '../contracts/log-tools.ts';
import { describeWithOwnEngines } from '../engines/addresses.ts';
import type { Engine } from '../engines/engine.ts';
import { prepareTools, startKafka } from '../engines/engines.ts';

describeWithOwnEngines('KafkaLog without its broker', () => {
  let dir: string;
  let broker: Engine;
  let log: Log;
  const problems: string[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'epicenter-kafka-'));
    broker = await startKafka({ dir }, await prepareTools());
    const settings = { brokers: [broker.address], ssl: false, caFile: undefined, sasl: undefined };
    log = await openKafkaLog(settings, (problem) => problems.push(problem));
  });
  afterAll(async () => {
    await log.close();
    await broker.kill();
    await rm(dir, { recursive: true, force: true });
  });

  /** Appends numbers one after the other, each until it is taken; `acknowledged` is how many were. */
  function writing(topic: string) {
    const state = { acknowledged: 0, failures: 0, stop: false };
    const done = (async () => {
      while (!state.stop) {
        try {
          await log.append([message(topic, 'k', `${state.acknowledged}`)]);
          state.acknowledged++;
        } catch {
          state.failures++;
        }
      }
    })();
    return { state, end: () => ((state.stop = true), done) };
  }

  it('loses nothing that was acknowledged to a broker that is killed twice, and goes on reading', async () => {
    const topic = await newTopic(log);
    const group = newGroup();
    const stop = new AbortController();
    const handled = new Set<number>();
    const followed = new Set<number>();
    const subscription = { topic, group, inFlight: 8, from: 'earliest' } as const;
    const consuming = log.consume(
      subscription,
      async (record) => void handled.add(Number(text(record))),
      stop.signal,
    );
    const following = (async () => {
      for await (const { records } of log.tail(topic, stop.signal))
        for (const record of records) followed.add(Number(text(record)));
    })();
    const writer = writing(topic);
    for (let round = 0; round < 2; round++) {
      const before = writer.state.acknowledged;
      await vi.waitFor(() => expect(writer.state.acknowledged).toBeGreaterThan(before + 50), 30_000);
      await broker.kill();
      await pause(1_000);
      await broker.restart();
    }
    const before = writer.state.acknowledged;
    await vi.waitFor(() => expect(writer.state.acknowledged).toBeGreaterThan(before + 20), 30_000);
    await writer.end();
    const all = Array.from({ length: writer.state.acknowledged }, (_, n) => n);
    const kept = (await readAll(log, topic)).map((record) => Number(text(record)));
    // One that was written though its acknowledgement was lost is there twice, next to itself.
    expect(kept).toEqual(kept.toSorted((a, b) => a - b));
    expect([...new Set(kept)]).toEqual(expect.arrayContaining(all));
    await vi.waitFor(() => expect(all.filter((n) => !handled.has(n))).toEqual([]), 60_000);
    await vi.waitFor(() => expect(all.filter((n) => !followed.has(n))).toEqual([]), 30_000);
    await vi.waitFor(async () => expect(await log.lag(group, topic)).toBe(0), 10_000);
    stop.abort();
    await Promise.all([consuming, following]);
  }, 200_000);

  it('rejects what it cannot write within half a minute, says so, and takes it when a broker is there', async () => {
    const topic = await newTopic(log);
    const group = newGroup();
    const stop = new AbortController();
    const handled: (string | null)[] = [];
    const subscription = { topic, group, inFlight: 1, from: 'earliest' } as const;
    const consuming = log.consume(subscription, async (one) => void handled.push(text(one)), stop.signal);
    await log.append([message(topic, 'k', 'a')]);
    await vi.waitFor(() => expect(handled).toEqual(['a']), 20_000);
    await broker.kill();
    problems.length = 0;
    let startedAt = performance.now();
    await expect(log.append([message(topic, 'k', 'b')])).rejects.toThrow(topic);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    await pause(10_000);
    expect(problems.join('\n')).toContain(broker.address);
    expect(problems.join('\n')).toContain(`group ${group}`);
    expect(problems.length).toBeLessThan(8);
    expect((await log.problems())[0]).toContain(broker.address);
    await broker.restart();
    startedAt = performance.now();
    await log.append([message(topic, 'k', 'c')]);
    await vi.waitFor(() => expect(handled).toContain('c'), 30_000);
    process.stdout.write(`back after ${Math.round(performance.now() - startedAt)} ms\n`);
    stop.abort();
    await consuming;
  }, 200_000);

  it('settles every call while the broker is stopped, ends its consumers, and goes on when it wakes', async () => {
    const topic = await newTopic(log);
    const stop = new AbortController();
    const handled: (string | null)[] = [];
    const subscription = { topic, group: newGroup(), inFlight: 1, from: 'earliest' } as const;
    const consuming = log.consume(subscription, async (one) => void handled.push(text(one)), stop.signal);
    await log.append([message(topic, 'k', 'a')]);
    await vi.waitFor(() => expect(handled).toEqual(['a']), 20_000);
    broker.pause();
    const startedAt = performance.now();
    const calls = await Promise.allSettled([
      log.append([message(topic, 'k', 'b')]),
      log.append([message(topic, 'k', 'c')]),
      log.lag('g', topic),
      log.topics(),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    broker.resume();
    await log.append([message(topic, 'k', 'd')]);
    await vi.waitFor(() => expect(handled).toContain('d'), 40_000);
    broker.pause();
    const abortedAt = performance.now();
    stop.abort();
    await consuming;
    expect(performance.now() - abortedAt).toBeLessThan(30_000);
    broker.resume();
  }, 200_000);
});
