import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventChanged, letterResent, noted, tweetsReceived } from '../../eventing/cloud-events.ts';
import type { Log, Message } from '../../eventing/log.ts';
import { DEAD_LETTERS, rawTweets } from '../../eventing/topics.ts';
import { controller } from '../../functions/controller/app.ts';
import { LocalCluster } from '../../knative/local.ts';
import type { Store } from '../../sql/store.ts';
import { makeEvent, makeGap, makeTweet } from '../factories.ts';
import { openSystem, type System } from './system.ts';

let store: Store;
let log: Log;
let cluster: LocalCluster;
let system: System;
let report: System['report'];

beforeEach(async () => {
  system = await openSystem();
  ({ store, log, cluster, report } = system);
});

afterEach(() => system.close());

async function tick(): Promise<number> {
  return (await controller({ store, log, cluster, report }).request('/tick', { method: 'POST' })).status;
}

const bury = (message: Message): Promise<void> => log.append([{ ...message, topic: DEAD_LETTERS.name }]);
const flood = makeEvent({ code: 'flood' });

async function ended(status: 'archived' | 'purged'): Promise<void> {
  await store.createEvent(flood);
  await log.createTopic(rawTweets('flood'));
  await tick();
  await store.changeEvent({ ...flood, status: 'archived', version: 2 });
  if (status === 'purged') await store.changeEvent({ ...flood, status: 'purged', version: 3 });
  await store.saveRelease('flood', 3);
}

const running = async (): Promise<number> => (await cluster.list('KafkaSource', {})).length;

describe('the controller, when letters are dead', () => {
  it('keeps an archived event running while posts of it are among them', async () => {
    await ended('archived');
    await bury(tweetsReceived('tracker', 'flood', Buffer.from('{}\n{}\n')));
    for (const _ of [1, 2, 3]) await tick();
    expect(await running()).toBe(1);
  });

  it('ends an archived event when its letters were sent again, but not one that has others', async () => {
    await ended('archived');
    const posts = tweetsReceived('tracker', 'flood', Buffer.from('{}\n{}\n'));
    await bury(posts);
    await bury(posts);
    await log.append([letterResent('event-api', '0-0', 'flood')]);
    for (const _ of [1, 2]) await tick();
    expect(await running()).toBe(1);
    await log.append([letterResent('event-api', '0-1', 'flood')]);
    for (const _ of [1, 2]) await tick();
    expect(await running()).toBe(0);
  });

  it('ends an archived event when only an announcement and a note about it are', async () => {
    await ended('archived');
    await bury(eventChanged('event-api', flood));
    await bury(noted('tracker', 'flood', { kind: 'gap.opened', ...makeGap() }));
    for (const _ of [1, 2]) await tick();
    expect(await running()).toBe(0);
  });

  it('deletes what a purged event stored also when posts of it are among them', async () => {
    await ended('purged');
    await store.saveTweets([makeTweet()]);
    await bury(tweetsReceived('tracker', 'flood', Buffer.from('{}\n{}\n')));
    expect(await store.total('flood')).toBe(1);
    for (const _ of [1, 2]) await tick();
    expect(await store.total('flood')).toBe(0);
  });
});

describe('the controller, when something cannot be done', () => {
  it('does not hold up the changes of other events because the cluster refuses what one needs', async () => {
    await store.createEvent(flood);
    const other = new LocalCluster({ log, report, functions: {} });
    const message = eventChanged('event-api', flood);
    const headers = Object.entries(message.headers).map(([name, value]): [string, string] => [
      name.replace('ce_', 'ce-'),
      value,
    ]);
    const answer = await controller({ store, log, cluster: other, report }).request('/', {
      method: 'POST',
      headers,
      body: Buffer.from(message.value!),
    });
    await other.close();
    expect(answer.status).toBe(204);
    expect(system.reported.join()).toContain('refuses what flood needs');
  });

  it('does what it can for the other events, and says that it failed', async () => {
    await store.createEvent(makeEvent({ code: 'aaa' }));
    await store.createEvent(makeEvent({ code: 'bbb' }));
    const failing = new Proxy(cluster, {
      get: (of, name: keyof LocalCluster) =>
        name === 'apply'
          ? async (manifest: Parameters<LocalCluster['apply']>[0]) => {
              if (manifest.metadata.name.endsWith('-aaa')) throw new Error('the quota is exhausted');
              await of.apply(manifest);
            }
          : (of[name] as () => unknown).bind(of),
    });
    const app = controller({ store, log, cluster: failing, report });
    expect((await app.request('/tick', { method: 'POST' })).status).toBe(503);
    expect((await cluster.list('Service', {})).map(({ metadata }) => metadata.name)).toEqual([
      'normalizer-bbb',
    ]);
    expect(system.reported.join()).toContain('quota');
  });
});
