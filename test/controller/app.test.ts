import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announcedEvents } from '../../eventing/announced.ts';
import { eventChanged, tweetsReceived } from '../../eventing/cloud-events.ts';
import type { Log } from '../../eventing/log.ts';
import { rawTweets } from '../../eventing/topics.ts';
import { controller } from '../../functions/controller/app.ts';
import type { LocalCluster } from '../../knative/local.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import type { Store } from '../../sql/store.ts';
import { encodeBatch, idAt, makeEvent } from '../factories.ts';
import { openSystem, type System } from './system.ts';

let store: Store;
let log: Log;
let cluster: LocalCluster;
let system: System;
let dir: string;
let app: Hono;

beforeEach(async () => {
  system = await openSystem();
  ({ dir, store, log, cluster } = system);
  app = controller(system);
});

afterEach(() => system.close());

const tick = async (): Promise<number> => (await app.request('/tick', { method: 'POST' })).status;

async function said(code: string): Promise<number> {
  const event = await store.event(code);
  const headers: Record<string, string> = {};
  const message = eventChanged('event-api', event ?? makeEvent({ code }));
  for (const [name, value] of Object.entries(message.headers)) headers[name.replace('ce_', 'ce-')] = value;
  return (await app.request('/', { method: 'POST', headers, body: Buffer.from(message.value!) })).status;
}

async function names(): Promise<string[]> {
  const ours = { 'app.kubernetes.io/part-of': 'epicenter' };
  const running = [...(await cluster.list('Service', ours)), ...(await cluster.list('KafkaSource', ours))];
  return running.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted();
}

describe('the controller', () => {
  it('makes a normalizer and its source for an event, and does not mind being told twice', async () => {
    await store.createEvent(makeEvent({ code: 'flood' }));
    expect(await said('flood')).toBe(204);
    expect(await said('flood')).toBe(204);
    expect(await names()).toEqual(['KafkaSource tweets-flood', 'Service normalizer-flood']);
  });

  it('announces on its tick what was saved and not announced, or announced in an older version', async () => {
    const flood = makeEvent({ code: 'flood' });
    await store.createEvent(flood);
    await store.createEvent(makeEvent({ code: 'storm' }));
    await log.append([eventChanged('event-api', flood)]);
    await store.changeEvent({ ...flood, version: 2, status: 'paused' });
    expect(await tick()).toBe(204);
    const announced = await announcedEvents(log);
    expect([...announced.values()].map(({ code, version }) => `${code} ${version}`).toSorted()).toEqual([
      'flood 2',
      'storm 1',
    ]);
  });

  it('takes an archived event down when the tracker let go and everything is stored, not before', async () => {
    const flood = makeEvent({ code: 'flood' });
    await store.createEvent(flood);
    await log.createTopic(rawTweets('flood'));
    await tick();
    const id = idAt(Date.UTC(2026, 2, 1, 12));
    const envelope = {
      keywords: ['flood'],
      rules: [],
      receivedAt: '2026-03-01T12:00:01.000000Z',
      via: 'stream' as const,
      source: 'x',
    };
    const message = Buffer.from(JSON.stringify({ id_str: id, text: 'flood', user: {} }));
    await log.append([tweetsReceived('tracker', 'flood', encodeBatch([{ envelope, message }]))]);
    await store.changeEvent({ ...flood, status: 'archived', version: 2 });
    await expect.poll(() => store.total('flood'), { timeout: 5_000 }).toBe(1);
    await expect.poll(() => log.lag('normalizer-flood', 'raw-tweets.flood'), { timeout: 5_000 }).toBe(0);
    await tick();
    await tick();
    expect(await names()).toHaveLength(2);
    await store.saveRelease('flood', 2);
    await tick();
    expect(await names()).toHaveLength(2);
    await tick();
    expect(await names()).toEqual([]);
    expect(await log.topics()).not.toContain('raw-tweets.flood');
    expect(await store.total('flood')).toBe(1);
  });

  it('deletes what a purged event stored once nothing writes it any more', async () => {
    const flood = makeEvent({ code: 'flood' });
    await store.createEvent(flood);
    await log.createTopic(rawTweets('flood'));
    await tick();
    await store.changeEvent({ ...flood, status: 'archived', version: 2 });
    await store.changeEvent({ ...flood, status: 'purged', version: 3 });
    await store.saveRelease('flood', 3);
    await tick();
    await tick();
    expect(await names()).toEqual([]);
    expect(await store.total('flood')).toBe(0);
    expect((await store.event('flood'))?.status).toBe('purged');
  });

  it('removes what belongs to no event', async () => {
    await store.createEvent(makeEvent({ code: 'flood' }));
    await tick();
    const other = await openSqliteStore(mkdtempSync(join(dir, 'other-')));
    await controller({ store: other, log, cluster, report: () => undefined }).request('/tick', {
      method: 'POST',
    });
    await other.close();
    expect(await names()).toEqual([]);
  });

  it('answers 422 to what is no event, and 503 when it cannot do its work', async () => {
    expect((await app.request('/', { method: 'POST', body: 'hello' })).status).toBe(422);
    await store.createEvent(makeEvent({ code: 'flood' }));
    await cluster.close();
    expect(await said('flood')).toBe(503);
    expect(system.reported.join()).toContain('closed');
  });
});
