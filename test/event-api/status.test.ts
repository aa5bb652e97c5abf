// What the system says of itself: status and health.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressed, tweetsReceived } from '../../eventing/cloud-events.ts';
import { DEAD_LETTERS, rawTweets } from '../../eventing/topics.ts';
import type { SystemStatus } from '../../functions/event-api/status.ts';
import { systemStatus } from '../../functions/event-api/status.ts';
import { makeProgress } from '../factories.ts';
import { NOW, openApi, problemOf } from './fixture.ts';
import type { Api } from './fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const statusOf = async (of: Api): Promise<SystemStatus> => {
  const response = await of.call('GET', '/api/status');
  expect(response.status).toBe(200);
  return systemStatus.parse(await response.json());
};

const report = makeProgress();

describe('GET /api/status', () => {
  it('says that no tracker has reported', async () => {
    const status = await statusOf(api);
    expect(status.tracker).toBeNull();
    expect(status.events).toEqual({});
    expect(status.engines[0]?.engine).toMatch(/^SQLite/);
  });

  it('gives the newest report of all trackers', async () => {
    const older = { ...report, install: 'two', at: '2012-10-29T22:00:00.000Z' };
    await api.log.append([progressed('tracker', report), progressed('tracker', older)]);
    expect((await statusOf(api)).tracker).toEqual({ ...report, stale: false });
  });

  it('calls a report of more than 15 s ago stale', async () => {
    const at = new Date(NOW.getTime() - 15_001).toISOString();
    await api.log.append([progressed('tracker', { ...report, at })]);
    expect((await statusOf(api)).tracker?.stale).toBe(true);
  });

  it.each(['finished', 'stopped'])('expects no more words of one that has %s', async (state) => {
    await api.log.append([progressed('tracker', { ...report, at: '2012-10-29T20:00:00.000Z', state })]);
    expect((await statusOf(api)).tracker?.stale).toBe(false);
  });

  it('follows what the tracker says later', async () => {
    await api.log.append([progressed('tracker', report)]);
    await statusOf(api);
    await api.log.append([progressed('tracker', { ...report, at: '2012-10-29T22:29:55.000Z', read: 2_000 })]);
    await vi.waitFor(async () => expect((await statusOf(api)).tracker?.read).toBe(2_000));
  });

  it('counts by event what its normalizer has yet to do and what it could not take', async () => {
    await api.make('Flood');
    await api.make('Fire');
    await api.make('Gone');
    await api.call('DELETE', '/api/events/gone?purge=true');
    await api.log.createTopic(rawTweets('flood'));
    const record = tweetsReceived('tracker', 'flood', Buffer.from('x'));
    await api.log.append([record, record, record]);
    await api.log.append([{ ...record, topic: DEAD_LETTERS.name }]);
    expect((await statusOf(api)).events).toEqual({
      flood: { lag: 3, deadLetters: 1 },
      fire: { lag: 0, deadLetters: 0 },
    });
    await api.log.append([{ ...record, topic: DEAD_LETTERS.name }]);
    await vi.waitFor(async () => expect((await statusOf(api)).events['flood']?.deadLetters).toBe(2));
  });

  it('counts what is left on a topic that a stale list of topics lacks', async () => {
    await using stale = await openApi({ log: { ...api.log, topics: async () => [] } });
    await stale.make('Flood');
    await api.log.createTopic(rawTweets('flood'));
    await api.log.append([tweetsReceived('tracker', 'flood', Buffer.from('x'))]);
    expect((await statusOf(stale)).events).toEqual({ flood: { lag: 1, deadLetters: 0 } });
  });

  it('says which services are awake', async () => {
    const service = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', spec: {}, ready: true };
    api.running.push({ ...service, metadata: { name: 'normalizer-flood' }, awake: 1 });
    api.running.push({ ...service, metadata: { name: 'controller' }, awake: 0, ready: false });
    expect((await statusOf(api)).services).toEqual([
      { name: 'normalizer-flood', ready: true, awake: 1 },
      { name: 'controller', ready: false, awake: 0 },
    ]);
  });

  it('says what cannot be read now and stands for the rest', async () => {
    const refused = new Error('connect ECONNREFUSED');
    await using broken = await openApi({ cluster: { list: () => Promise.reject(refused) } });
    await broken.log.append([progressed('tracker', report)]);
    const status = await statusOf(broken);
    expect(status.tracker).not.toBeNull();
    expect(status.services).toEqual([]);
    expect(status.engines).toContainEqual({
      engine: 'cluster',
      problems: ['cannot be read now: connect ECONNREFUSED'],
    });
  });

  it('does not wait for a part that never answers', async () => {
    await using stuck = await openApi({ cluster: { list: () => new Promise(() => {}) } });
    expect((await statusOf(stuck)).engines.at(-1)?.engine).toBe('cluster');
  });

  it('reads a topic again that could not be read before', async () => {
    await api.log.deleteTopic('progress');
    expect((await statusOf(api)).engines.map(({ engine }) => engine)).toContain('tracker');
    await api.log.createTopic({ ...DEAD_LETTERS, name: 'progress', compacted: true });
    await api.log.append([progressed('tracker', report)]);
    const status = await statusOf(api);
    expect(status.tracker?.install).toBe('one');
    expect(status.engines).toHaveLength(1);
  });
});

describe('GET /healthz', () => {
  it('answers 200 while the store answers, 503 when it does not', async () => {
    expect((await api.call('GET', '/healthz')).status).toBe(200);
    await api.store.close();
    expect((await problemOf(await api.call('GET', '/healthz'))).status).toBe(503);
  });
});
