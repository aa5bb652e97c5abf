// Two event APIs beside each other, each with its own connections to one store and one log, as two pods have.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import type { Store } from '../../sql/store.ts';
import { announced, openApi } from './fixture.ts';
import type { Api } from './fixture.ts';
import { pageAt, written } from './pages-fixture.ts';

interface Parts {
  readonly store: Store;
  readonly log: Log;
}

let dir: string;
let parts: Parts[];
let one: Api;
let two: Api;

async function open(): Promise<Api> {
  const [store, log] = await Promise.all([openSqliteStore(dir), openEmbeddedLog(dir)]);
  parts.push({ store, log });
  return openApi({ store, log, now: () => new Date() });
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'epicenter-beside-'));
  parts = [];
  one = await open();
  for (const topic of FIXED_TOPICS) await parts[0]!.log.createTopic(topic);
  two = await open();
});
afterEach(async () => {
  await one[Symbol.asyncDispose]();
  await two[Symbol.asyncDispose]();
  for (const { store, log } of parts) {
    await log.close();
    await store.close();
  }
  rmSync(dir, { recursive: true });
});

/** Ids of posts, in order of arrival, until `last` has come; and the id that the stream then had. */
async function hear(api: Api, last: string, from?: string): Promise<{ posts: string[]; mark: string }> {
  const headers: Record<string, string> = from === undefined ? {} : { 'last-event-id': from };
  const response = await api.call('GET', '/events/sandy/live', undefined, headers);
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes(`id=\\"post-${last}\\"`)) break;
  }
  const posts = [...text.matchAll(/id=\\"post-(\d+)\\"/g)].map((match) => match[1]!);
  return { posts, mark: [...text.matchAll(/^id: (\d+)$/gm)].at(-1)![1]! };
}

describe('two event APIs beside each other', () => {
  it('give a name to one of two people that both want', async () => {
    const body = { name: 'Flood', keywords: ['flood'] };
    const both = await Promise.all([one, two].map((api) => api.call('POST', '/api/events', body)));
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([201, 409]));
  });

  it('let a version that one answered be changed through the other, once', async () => {
    await one.make('Flood');
    const tag = (await two.call('GET', '/api/events/flood')).headers.get('etag')!;
    expect(tag).toBe('"1"');
    const both = await Promise.all(
      [one, two].map((api) =>
        api.call('PATCH', '/api/events/flood', { description: 'x' }, { 'if-match': tag }),
      ),
    );
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 412]));
    expect((await one.call('GET', '/api/events/flood')).headers.get('etag')).toBe('"2"');
  });

  it('lose none of the changes that people make at once, and announce the last', async () => {
    await one.make('Flood');
    const changes: [Api, object][] = [
      [one, { name: 'High water' }],
      [two, { keywords: ['river'] }],
      [one, { description: 'Along the river' }],
      [two, { status: 'paused' }],
    ];
    await Promise.all(changes.map(([api, patch]) => api.call('PATCH', '/api/events/flood', patch)));
    const event = await parts[0]!.store.event('flood');
    expect(event).toMatchObject({
      name: 'High water',
      keywords: ['river'],
      description: 'Along the river',
      status: 'paused',
      version: 5,
    });
    expect(await announced(parts[1]!.log)).toContainEqual(event);
  });

  it('show at once what the other has saved', async () => {
    await pageAt(two, '/');
    await one.make('Flood');
    expect(await pageAt(two, '/')).toContain('href="/events/flood"');
    await one.call('PATCH', '/api/events/flood', { name: 'High water' });
    expect(await pageAt(two, '/events/flood')).toContain('High water');
  });

  it('go on with a live page where the other left off', async () => {
    const at = Date.parse('2012-10-29T22:30:00Z');
    const received = (id: string, ms: number) => written(id, { received_at: at + ms });
    await one.make('Sandy');
    await parts[0]!.store.saveTweets([received('1', -600_000), received('2', 0)]);
    const { posts, mark } = await hear(one, '2');
    expect(posts).toEqual(['2', '1']);
    await parts[1]!.store.saveTweets([received('3', 5_000)]);
    const again = await hear(two, '3', mark);
    expect(again.posts.toSorted()).toEqual(['2', '3']);
    expect(again.mark).toBe(String(at + 5_000));
  });
});
