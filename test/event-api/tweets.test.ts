// What was collected, through the JSON API: pages, counts and gaps.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openApi, tweetAt } from './fixture.ts';
import type { Api } from './fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
  await api.make('Flood');
  await api.make('Fire');
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const page = z.object({ tweets: z.array(z.record(z.string(), z.unknown())), next: z.string().nullable() });
type Page = z.infer<typeof page>;
const read = async (path: string): Promise<unknown> => {
  const response = await api.call('GET', `/api/events/flood/${path}`);
  if (response.status !== 200) throw new Error(await response.text());
  return response.json();
};
const readPage = async (path: string): Promise<Page> => page.parse(await read(path));

// Five of one flood, one of a fire: three minutes in two hours of one day, one on the next.
const five = ['22:10:05', '22:10:30', '22:59:59', '23:00:00'].map((clock, n) =>
  tweetAt('flood', String(n + 1), `2012-10-29T${clock}.000Z`),
);
five.push(tweetAt('flood', '5', '2012-10-30T00:00:00.000Z'));
const save = (): Promise<unknown> =>
  api.store.saveTweets([...five, tweetAt('fire', '9', '2012-10-29T22:10:06.000Z')]);

describe('GET /api/events/{code}/tweets', () => {
  it('gives an empty page of an event without tweets', async () => {
    expect(await read('tweets')).toEqual({ tweets: [], next: null });
  });

  it('gives the columns by name with times in RFC 3339, absent values absent', async () => {
    await save();
    const { tweets } = await readPage('tweets?limit=1');
    expect(tweets).toEqual([
      {
        event_name: 'flood',
        bucket: '2012-10-30T00:00:00.000Z',
        t_id: '5',
        id: '00000000-0000-5000-8000-000000000005',
        t_created_at: '2012-10-30T00:00:00.000Z',
        t_text: 'tweet 5',
        hashtags: ['Flood'],
        source: 'test',
        via: 'replay',
        received_at: '2012-10-30T00:00:01.000Z',
      },
    ]);
  });

  it('pages through all of them, newest first, each once', async () => {
    await save();
    const ids: unknown[] = [];
    let sizes = '';
    for (let next: string | null = ''; next !== null;) {
      const part: Page = await readPage(`tweets?limit=2${next && `&cursor=${encodeURIComponent(next)}`}`);
      ids.push(...part.tweets.map((tweet) => tweet['t_id']));
      sizes += String(part.tweets.length);
      next = part.next;
    }
    expect(ids).toEqual(['5', '4', '3', '2', '1']);
    expect(sizes).toBe('221');
  });

  it('takes since as inclusive and until as exclusive, in any time zone', async () => {
    await save();
    const range = `since=${encodeURIComponent('2012-10-29T18:10:30-04:00')}&until=2012-10-29T23:00:00Z`;
    const { tweets } = await readPage(`tweets?${range}`);
    expect(tweets.map((tweet) => tweet['t_id'])).toEqual(['3', '2']);
  });

  it('leaves out a time that RFC 3339 cannot say', async () => {
    const absurd = tweetAt('flood', '7', '2012-10-29T22:10:05.000Z');
    absurd.row.u_created_at = 9e15;
    await api.store.saveTweets([absurd]);
    const { tweets } = await readPage('tweets');
    expect(tweets[0]).toMatchObject({ t_id: '7' });
    expect(tweets[0]).not.toHaveProperty('u_created_at');
  });
});

describe('GET /api/events/{code}/counts', () => {
  it.each([
    [
      '',
      [
        ['2012-10-29T22:00:00.000Z', 3],
        ['2012-10-29T23:00:00.000Z', 1],
        ['2012-10-30T00:00:00.000Z', 1],
      ],
    ],
    [
      '?step=minute&until=2012-10-29T23:00:00Z',
      [
        ['2012-10-29T22:10:00.000Z', 2],
        ['2012-10-29T22:59:00.000Z', 1],
      ],
    ],
    [
      '?step=day',
      [
        ['2012-10-29T00:00:00.000Z', 4],
        ['2012-10-30T00:00:00.000Z', 1],
      ],
    ],
    ['?since=2012-10-31T00:00:00Z', []],
  ])('counts by step, oldest first, without empty steps (%s)', async (query, expected) => {
    await save();
    expect(await read(`counts${query}`)).toEqual(expected.map(([start, tweets]) => ({ start, tweets })));
  });
});

describe('GET /api/events/{code}/gaps', () => {
  it('gives the ledger of this event, newest first', async () => {
    const gap = {
      event: 'flood',
      from: '2012-10-29T22:00:00.000Z',
      to: null,
      reason: 'disconnected',
      recovered: 0,
      note: '',
    };
    const later = { ...gap, from: '2012-10-29T23:00:00.000Z', to: '2012-10-29T23:05:00.000Z', recovered: 7 };
    for (const one of [gap, later, { ...gap, event: 'fire' }]) await api.store.saveGap(one);
    expect(await read('gaps')).toEqual([later, gap]);
  });
});
