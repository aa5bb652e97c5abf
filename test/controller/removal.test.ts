// What is left of an event on its way out when the log answers late, wrongly or not at all.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tweetsReceived } from '../../eventing/cloud-events.ts';
import type { Log } from '../../eventing/log.ts';
import { rawTweets } from '../../eventing/topics.ts';
import { controller } from '../../functions/controller/app.ts';
import type { ControllerDeps } from '../../functions/controller/reconcile.ts';
import type { Cluster } from '../../knative/cluster.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { encodeBatch, idAt, makeEvent } from '../factories.ts';
import { openSystem, type System } from './system.ts';

const TOPIC = rawTweets('flood').name;
const flood = makeEvent({ code: 'flood' });

let system: System;
beforeEach(async () => {
  system = await openSystem();
});
afterEach(() => system.close());

async function tick(overrides: Partial<ControllerDeps> = {}): Promise<number> {
  const app = controller({ ...system, ...overrides });
  return (await app.request('/tick', { method: 'POST' })).status;
}

async function post(): Promise<void> {
  const id = idAt(Date.UTC(2026, 2, 1, 12));
  const receivedAt = '2026-03-01T12:00:01.000000Z';
  const envelope = { keywords: ['flood'], rules: [], receivedAt, via: 'stream' as const, source: 'x' };
  const message = Buffer.from(JSON.stringify({ id_str: id, text: 'flood', user: {} }));
  await system.log.append([tweetsReceived('tracker', 'flood', encodeBatch([{ envelope, message }]))]);
}

async function archive(): Promise<void> {
  await system.store.changeEvent({ ...flood, status: 'archived', version: 2 });
}

async function names(): Promise<string[]> {
  const { cluster } = system;
  const running = [...(await cluster.list('Service', {})), ...(await cluster.list('KafkaSource', {}))];
  return running.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

/** The real part, but for one of its calls. */
function bent<T extends object, K extends keyof T & string>(part: T, name: K, call: T[K]): T {
  return new Proxy(part, {
    get: (of, wanted) => {
      if (wanted === name) return call;
      const own: unknown = Reflect.get(of, wanted);
      return typeof own === 'function' ? own.bind(of) : own;
    },
  });
}

/** As a broker answers whose metadata lag behind. */
const staleLog = (): Log =>
  bent(system.log, 'topics', async () => (await system.log.topics()).filter((topic) => topic !== TOPIC));

describe('the controller, when a list of topics lacks one that is there', () => {
  it('takes nothing of an archived event down that the tracker has not let go of', async () => {
    await system.store.createEvent(flood);
    await system.log.createTopic(rawTweets('flood'));
    await tick();
    await archive();
    for (const _ of [1, 2, 3]) expect(await tick({ log: staleLog() })).toBe(204);
    expect(await names()).toEqual(['Service normalizer-flood', 'KafkaSource tweets-flood']);
    expect(await system.log.topics()).toContain(TOPIC);
    await post();
    await expect.poll(() => system.store.total('flood'), { timeout: 5_000 }).toBe(1);
  });

  it('deletes no topic with posts that are still to be stored', async () => {
    await system.store.createEvent(flood);
    await tick();
    await archive();
    await system.store.saveRelease('flood', 2);
    await system.cluster.delete('KafkaSource', 'tweets-flood');
    await system.log.createTopic(rawTweets('flood'));
    await post();
    for (const _ of [1, 2]) await tick({ log: bent(staleLog(), 'lag', async () => 0) });
    expect(await system.log.topics()).toContain(TOPIC);
    await tick();
    await expect.poll(() => system.store.total('flood'), { timeout: 5_000 }).toBe(1);
  });
});

describe('the controller, when a removal stops half way', () => {
  it('finishes it with the next tick, and delivers nothing again', async () => {
    await system.store.createEvent(flood);
    await system.log.createTopic(rawTweets('flood'));
    await tick();
    await post();
    await expect.poll(() => system.log.lag('normalizer-flood', TOPIC), { timeout: 5_000 }).toBe(0);
    await archive();
    await system.store.saveRelease('flood', 2);
    await tick();
    const away = bent(system.log, 'deleteTopic', () => Promise.reject(new Error('the broker is away')));
    expect(await tick({ log: away })).toBe(503);
    expect(await names()).toEqual(['Service normalizer-flood']);
    expect(await system.log.lag('normalizer-flood', TOPIC)).toBe(1);
    expect(await tick()).toBe(204);
    expect(await names()).toEqual([]);
    expect(await system.log.topics()).not.toContain(TOPIC);
  });

  it('stores what an archived event has received that never ran', async () => {
    await system.store.createEvent(flood);
    await system.log.createTopic(rawTweets('flood'));
    await post();
    await archive();
    await system.store.saveRelease('flood', 2);
    await tick();
    await expect.poll(() => system.store.total('flood'), { timeout: 5_000 }).toBe(1);
  });
});

/** What a tick asks for, and how often. */
async function asked(): Promise<Record<string, number>> {
  const calls: Record<string, number> = {};
  const count = (what: string): void => void (calls[what] = (calls[what] ?? 0) + 1);
  const lag: Log['lag'] = (group, topic) => {
    count('lag');
    return system.log.lag(group, topic);
  };
  const tail: Log['tail'] = (topic, signal) => {
    count(topic);
    return system.log.tail(topic, signal);
  };
  const list: Cluster['list'] = (kind, labels) => {
    count(kind);
    return system.cluster.list(kind, labels);
  };
  const cluster = bent<Cluster, 'list'>(system.cluster, 'list', list);
  expect(await tick({ log: bent(bent(system.log, 'lag', lag), 'tail', tail), cluster })).toBe(204);
  return calls;
}

describe('a tick', () => {
  it('reads dead letters and asks for lag only while an archived event is on its way out', async () => {
    const always = { events: 1, KafkaSource: 1, Service: 1 };
    await system.store.createEvent(flood);
    await system.store.createEvent(makeEvent({ code: 'storm' }));
    await system.log.createTopic(rawTweets('flood'));
    expect(await asked()).toEqual(always);
    await archive();
    expect(await asked()).toEqual({ ...always, 'dead-letters': 1, lag: 1 });
    await system.store.saveRelease('flood', 2);
    for (const _ of [1, 2]) await tick();
    expect(await asked()).toEqual(always);
  });

  it('leaves alone what was made while it was reading', async () => {
    const events = async (): Promise<CrisisEvent[]> => {
      const before = await system.store.events();
      await system.store.createEvent(flood);
      await tick();
      return before;
    };
    expect(await tick({ store: bent(system.store, 'events', events) })).toBe(204);
    expect(await names()).toEqual(['Service normalizer-flood', 'KafkaSource tweets-flood']);
  });
});
