// What an open page hears, read from the stream as bytes: the whole app behind a real socket.
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { eventApi } from '../../functions/event-api/app.ts';
import { serveEventApi } from '../../functions/event-api/serve.ts';
import type { Serving } from '../../functions/event-api/serve.ts';
import { openApi } from './fixture.ts';
import type { Api } from './fixture.ts';
import { written } from './pages-fixture.ts';

const data = z.object({ id: z.string(), html: z.string() }).partial();
interface Heard {
  readonly event: string;
  readonly id: string;
  readonly data: z.infer<typeof data>;
}

let api: Api;
let server: Serving;
beforeEach(async () => {
  api = await openApi({ now: () => new Date() });
  server = await serveEventApi({ app: api.app, host: '127.0.0.1', port: 0 });
  await api.make('Sandy');
});
afterEach(async () => {
  await server.close();
  await api[Symbol.asyncDispose]();
});

/** Messages from `path` until `enough` says so; `after` runs after the first. */
async function hear(
  path: string,
  enough: (heard: readonly Heard[]) => boolean,
  options: { headers?: Record<string, string>; after?: () => Promise<unknown> } = {},
): Promise<Heard[]> {
  const response = await fetch(server.url + path, { headers: options.headers ?? {} });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const heard: Heard[] = [];
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const value = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      if (value('event') === '') continue;
      heard.push({
        event: value('event'),
        id: value('id'),
        data: data.parse(JSON.parse(value('data'))),
      });
      if (heard.length === 1) await options.after?.();
    }
    if (enough(heard)) break;
  }
  return heard;
}

const postIds = (heard: readonly Heard[]): string[] =>
  heard.flatMap((one) =>
    one.event === 'posts' ? [...one.data.html!.matchAll(/id="post-(\d+)"/g)].map((match) => match[1]!) : [],
  );

const total = (heard: readonly Heard[]): boolean =>
  heard.some((one) => one.data.id === 'big' && one.data.html!.includes('value="1"'));
const isChange = (one: Heard): boolean => one.data.id === 'changed';
const isGaps = (one: Heard): boolean => one.data.html?.includes('The cable was cut.') ?? false;
const boxes = (heard: readonly Heard[]): Heard[] => heard.filter((one) => one.data.id === 'boxes');
const hears = (id: string) => (heard: readonly Heard[]) => postIds(heard).includes(id);
const received = (id: string, at: number) => written(id, { received_at: at });
const NOW = Date.parse('2012-10-29T22:30:00Z');
const gapNow = () => ({
  event: 'sandy',
  from: new Date(NOW).toISOString(),
  to: null,
  reason: 'The cable was cut.',
  recovered: 0,
  note: '',
});

describe("an event's live stream", () => {
  it('carries a post that is stored while somebody watches, once, escaped, and the new total', async () => {
    const hostile = written('8', { t_text: '<img src=x onerror=alert(1)>' });
    const heard = await hear('/events/sandy/live', (so) => hears('8')(so) && total(so), {
      after: () => api.store.saveTweets([hostile]),
    });
    expect(postIds(heard)).toEqual(['8']);
    const { html } = heard.find(({ event }) => event === 'posts')!.data;
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).not.toContain('<img');
  });

  it('goes on from Last-Event-ID: what was received well before it is not sent again', async () => {
    await api.store.saveTweets([received('1', NOW - 600_000), received('2', NOW)]);
    const [first] = (await hear('/events/sandy/live', hears('2'))).filter(({ event }) => event === 'posts');
    expect(postIds([first!])).toEqual(['2', '1']);
    expect(first!.id).toBe(String(NOW));
    await api.store.saveTweets([received('3', NOW + 5_000)]);
    const again = await hear('/events/sandy/live', hears('3'), { headers: { 'last-event-id': first!.id } });
    expect(postIds(again).toSorted()).toEqual(['2', '3']);
  });

  it('sends at most the newest fifty posts at once', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => String(1000 + index));
    await api.store.saveTweets(ids.map((id) => received(id, NOW)));
    const heard = await hear('/events/sandy/live', hears('1299'));
    expect(postIds(heard)).toEqual(ids.toReversed().slice(0, 50));
  });

  it('says that the event has changed, but not to a page that shows it so', async () => {
    const heard = await hear('/events/sandy/live?have=1', (so) => so.some(isChange), {
      after: () => api.call('PATCH', '/api/events/sandy', { status: 'paused' }),
    });
    expect(heard.findIndex(isChange)).toBeGreaterThan(0);
  });
});

describe('watching', () => {
  it('begins with a reading that is not older than the page: what was just saved is not said to be news', async () => {
    const leave = new AbortController();
    await fetch(`${server.url}/events/sandy/live?have=1`, { signal: leave.signal });
    await setTimeout(200);
    await api.call('PATCH', '/api/events/sandy', { description: 'Saved.' });
    const heard = await hear('/events/sandy/live?have=2', (so) => so.some(isChange) || so.some(isGaps), {
      after: () => api.store.saveGap(gapNow()),
    });
    expect(heard.filter(isChange)).toEqual([]);
    leave.abort();
  });

  it('ends by itself after 240 s, and not before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const response = await api.call('GET', '/events/sandy/live');
      let ended = false;
      const body = response.text().then(() => (ended = true));
      await vi.advanceTimersByTimeAsync(239_999);
      expect(ended).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await body;
    } finally {
      vi.useRealTimers();
    }
  });

  it('asks for the total at most every two seconds however many watch, and for nothing when nobody does', async () => {
    const calls: string[] = [];
    const store = new Proxy(api.store, {
      get: (target, name, receiver) => {
        calls.push(String(name));
        return Reflect.get(target, name, receiver);
      },
    });
    const watched = await serveEventApi({
      app: eventApi({ ...api.deps, store }),
      host: '127.0.0.1',
      port: 0,
    });
    const leave = new AbortController();
    const watchers = Array.from({ length: 8 }, () =>
      fetch(`${watched.url}/events/sandy/live`, { signal: leave.signal }),
    );
    await Promise.all(watchers);
    await setTimeout(5_000);
    leave.abort();
    expect(calls.filter((name) => name === 'total').length).toBeGreaterThanOrEqual(2);
    expect(calls.filter((name) => name === 'total').length).toBeLessThanOrEqual(3);
    expect(calls.filter((name) => name === 'event').length).toBeLessThanOrEqual(8 + 6);
    await setTimeout(1_500);
    calls.length = 0;
    await setTimeout(2_500);
    expect(calls).toEqual([]);
    await watched.close();
  });
});

describe("the overview's live stream", () => {
  it('carries the numbers of every event and all boxes when one is added', async () => {
    const heard = await hear('/live', (so) => boxes(so).length === 2, { after: () => api.make('Wildfire') });
    expect(heard.map((one) => one.data.id)).toContain('strip');
    expect(heard.map((one) => one.data.id)).toContain('figures-sandy');
    expect(boxes(heard)[1]!.data.html).toContain('href="/events/wildfire"');
  });
});
