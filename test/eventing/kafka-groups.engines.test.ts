// What consuming is like on a real Kafka: members of a group side by side, how fast, and how it ends.
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openKafkaLog } from '../../eventing/kafka.ts';
import type { Log, LogRecord } from '../../eventing/log.ts';
import { NEVER, lettered, message, newGroup, newTopic, text } from '../contracts/log-tools.ts';
import { describeWithEngines } from '../engines/addresses.ts';

describeWithEngines('KafkaLog consuming', ({ kafkaBrokers: brokers }) => {
  const problems: string[] = [];
  const open = (): Promise<Log> =>
    openKafkaLog({ brokers, ssl: false, caFile: undefined, sasl: undefined }, (problem) =>
      problems.push(problem),
    );
  let log: Log;
  beforeAll(async () => {
    log = await open();
  });
  afterAll(async () => {
    await log.close();
    expect(problems).toEqual([]);
  });

  it('hands a record to its consumer within 50 ms of the append, in the median', async () => {
    const topic = await newTopic(log);
    const stop = new AbortController();
    const took: number[] = [];
    const work = log.consume(
      { topic, group: newGroup(), inFlight: 1, from: 'earliest' },
      async (record) => void took.push(performance.now() - Number(text(record))),
      stop.signal,
    );
    for (let n = 0; n < 30; n++) {
      await log.append([message(topic, 'k', `${performance.now()}`)]);
      await pause(20);
    }
    await vi.waitFor(() => expect(took).toHaveLength(30));
    stop.abort();
    await work;
    const median = took.toSorted((a, b) => a - b)[15]!;
    process.stdout.write(`append to handler, median: ${median.toFixed(1)} ms\n`);
    expect(median).toBeLessThan(50);
  });

  it('shares a topic between two members of a group, and loses nothing as they come and go', async () => {
    const topic = await newTopic(log, { partitions: 4 });
    const group = newGroup();
    const other = await open();
    const values = Array.from({ length: 800 }, (_, index) => `${index}`);
    const seen = { one: new Set<string | null>(), two: new Set<string | null>() };
    const start = (of: Log, into: Set<string | null>) => {
      const stop = new AbortController();
      const handle = async (record: LogRecord): Promise<void> => {
        await pause(2);
        into.add(text(record));
      };
      const subscription = { topic, group, inFlight: 4, from: 'earliest' } as const;
      const done = of.consume(subscription, handle, stop.signal);
      return { done, end: () => (stop.abort(), done) };
    };
    const write = async (from: number, to: number): Promise<void> => {
      for (const value of values.slice(from, to)) await log.append([message(topic, value, value)]);
    };
    const one = start(log, seen.one);
    await write(0, 100);
    const two = start(other, seen.two);
    let written = 100;
    await vi.waitFor(
      async () => {
        await write(written, ++written);
        expect(seen.two.size).toBeGreaterThan(0);
      },
      { timeout: 20_000, interval: 50 },
    );
    await write(written, written + 50);
    await one.end();
    await write(written + 50, values.length);
    await vi.waitFor(async () => expect(await log.lag(group, topic)).toBe(0), {
      timeout: 20_000,
      interval: 100,
    });
    await two.end();
    expect(new Set([...seen.one, ...seen.two])).toEqual(new Set(values));
    expect(seen.one.size).toBeGreaterThan(0);
    await other.close();
  });

  it('tells a handler when its record is assigned anew, and delivers the record again', async () => {
    const topic = await newTopic(log);
    const group = newGroup();
    await log.append(lettered(topic, 'a'));
    const stop = new AbortController();
    const subscription = { topic, group, inFlight: 1, from: 'earliest' } as const;
    let told = 0;
    const hanging = log.consume(
      subscription,
      async (_record, signal) => {
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve());
        });
        told++;
        throw new Error('given up');
      },
      stop.signal,
    );
    await pause(500);
    const other = await open();
    const seen: (string | null)[] = [];
    const second = other.consume(subscription, async (one) => void seen.push(text(one)), stop.signal);
    await vi.waitFor(() => expect(told).toBeGreaterThan(0), 20_000);
    stop.abort();
    // Its error counts for nothing.
    await Promise.all([hanging, second]);
    const last = new AbortController();
    if (seen.length === 0) {
      const handle = async (one: LogRecord): Promise<void> => {
        seen.push(text(one));
        last.abort();
      };
      await log.consume(subscription, handle, last.signal);
    }
    expect(seen).toEqual(['a']);
    await other.close();
  });

  it('ends an idle consumer within a second', async () => {
    const topic = await newTopic(log);
    const stop = new AbortController();
    const of = { topic, group: newGroup(), inFlight: 1, from: 'earliest' } as const;
    const seen: unknown[] = [];
    const work = log.consume(of, async (record) => void seen.push(record), stop.signal);
    await log.append(lettered(topic, 'a'));
    await vi.waitFor(() => expect(seen).toHaveLength(1), 10_000);
    await pause(100);
    const before = performance.now();
    stop.abort();
    await work;
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('prints nothing of its own, and lets the process end once it is closed', async () => {
    const file = new URL('../../eventing/kafka.ts', import.meta.url).href;
    const topic = await newTopic(log);
    const script = `
      const { openKafkaLog } = await import(${JSON.stringify(file)});
      const settings = { brokers: ${JSON.stringify(brokers)}, ssl: false, sasl: undefined };
      const log = await openKafkaLog(settings, (problem) => console.error(problem));
      const topic = ${JSON.stringify(topic)};
      await log.append([{ topic, key: 'k', headers: {}, value: Buffer.from('a') }]);
      for await (const part of log.tail(topic, new AbortController().signal)) if (part.caughtUp) break;
      const stop = new AbortController();
      const of = { topic, group: ${JSON.stringify(newGroup())}, inFlight: 1, from: 'earliest' };
      await log.consume(of, async () => stop.abort(), stop.signal);
      await log.close();`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 20_000,
    });
    expect(await run).toEqual({ stdout: '', stderr: '' });
  });

  it('ends its readers when it is closed', async () => {
    const topic = await newTopic(log);
    const own = await open();
    const tailing = readAllFor(own, topic);
    const of = { topic, group: newGroup(), inFlight: 1, from: 'earliest' } as const;
    const consuming = own.consume(of, () => Promise.resolve(), NEVER);
    await pause(200);
    await own.close();
    await Promise.all([tailing, consuming]);
  });
});

async function readAllFor(log: Log, topic: string): Promise<void> {
  for await (const { records } of log.tail(topic, NEVER)) expect(records).toEqual([]);
}
