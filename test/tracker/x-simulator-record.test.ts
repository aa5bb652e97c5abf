import { describe, expect, it, vi } from 'vitest';
import { objectOf, objectsOf } from '../../eventing/post.ts';
import { openArchive, type Archive, type Archived } from '../../tracker/x-simulator/archive.ts';
import { crisisLines } from '../../tracker/x-simulator/lines.ts';
import { addRules, arrived, call, idsOf, listening, read, simulate } from './x-simulator-calls.ts';

const url = (x: { url: string }, path: string): Promise<{ status: number; body: unknown }> =>
  call(x.url, 'GET', path);

const archived = (id: number, bytes = 10): Archived => ({
  id: BigInt(id),
  at: id,
  json: Buffer.alloc(bytes),
  isRetweet: false,
  paidOn: '',
});
const archivedIds = (archive: Archive): number[] => [...archive.newest()].map(({ id }) => Number(id));

describe('the record of the simulator', () => {
  it('has what would have been delivered and to whom, also while nobody listens', async () => {
    await using x = await simulate({ posts: [] });
    await addRules(x.url, 'flood', 'dam');
    const unheard = x.push('a flood at the dam');
    x.push('sun');
    const reader = await read(x.url);
    const heard = x.push('a dam');
    await arrived(reader, 1);
    const seen = x.expected();
    expect(seen).toMatchObject([
      { seq: 1, id: unheard, tags: ['tag-0', 'tag-1'], sent: 0 },
      { seq: 2, id: heard, tags: ['tag-1'], sent: 1 },
    ]);
    for (const { at } of seen) expect(Math.abs(at - Date.now())).toBeLessThan(10_000);
    expect(x.expected(1)).toEqual(seen.slice(1));
    const page = async (query: string): Promise<unknown> => (await url(x, `/simulator/record${query}`)).body;
    expect(await page('')).toEqual({ entries: seen, next: 2, more: false });
    expect(await page('?tag=tag-0')).toEqual({ entries: seen.slice(0, 1), next: 2, more: false });
    expect(await page('?after=2')).toEqual({ entries: [], next: 2, more: false });
    expect((await url(x, '/simulator/record?after=x')).status).toBe(400);
    reader.close();
  });

  it('says which posts search will never find', async () => {
    await using x = await simulate({ posts: [] });
    await addRules(x.url, 'flood');
    x.push({ data: { id: '5', text: 'RT flood', referenced_tweets: [{ type: 'retweeted', id: '4' }] } });
    x.push({ data: { id: '6', text: 'flood', referenced_posts: [{ type: 'retweeted', id: '4' }] } });
    x.push('flood');
    expect(x.expected().map(({ retweet }) => retweet)).toEqual([true, true, false]);
  });

  it('forgets the oldest, and the calls too', async () => {
    await using x = await simulate({ posts: [], remember: 10 });
    await addRules(x.url, 'flood');
    for (let number = 0; number < 100; number += 1) x.push(`flood ${number}`);
    expect(x.expected().map(({ seq }) => seq)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
    expect((await url(x, '/simulator/calls')).body).toMatchObject({
      calls: [{ call: 'POST /2/tweets/search/stream/rules', status: 201 }],
    });
  });

  it('takes posts by HTTP: text, whole messages, and lines that are none', async () => {
    const { x, reader } = await listening();
    await using _ = x;
    const whole = JSON.stringify({ data: { id: '77', text: 'flood 77' }, includes: {} });
    const answer = await call(
      x.url,
      'POST',
      '/simulator/posts',
      `{"text":"flood #a"}\n${whole}\n{"cut\n{"errors":[]}`,
    );
    await arrived(reader, 4);
    const [own] = reader.lines();
    expect(objectOf(JSON.parse(own!))).toMatchObject({
      data: { text: 'flood #a', entities: { hashtags: [{ start: 6, end: 8, tag: 'a' }] } },
      matching_rules: [{ tag: 'tag-0' }],
    });
    expect(reader.lines().slice(2)).toEqual(['{"cut', '{"errors":[]}']);
    const id = objectOf(objectOf(JSON.parse(own!))['data'])['id'];
    expect(objectOf(answer.body)['ids']).toEqual([id, '77']);
    expect(() => x.push({ text: 'no data' })).toThrow(/data/);
    reader.close();
  });

  it('is told anew where given posts are stamped', async () => {
    const posts = [...crisisLines(3, { start: new Date('2020-01-01'), count: 50, as: 'v2', rate: 6 })]
      .filter(({ kind }) => kind === 'post')
      .map(({ line }) => line);
    await using x = await simulate({ posts, rate: 500, restamp: true });
    await addRules(x.url, 'has:links flood', 'dam OR flood OR blackout OR shelter');
    await vi.waitFor(() => expect(x.state().generated).toBe(posts.length));
    for (const { id, at } of x.expected()) {
      expect(Number(BigInt(id) >> 22n) + 1_288_834_974_657).toBe(Math.floor(at));
    }
    const ids = x.expected().map(({ id }) => BigInt(id));
    expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
  });
});

describe('the fields of the simulator', () => {
  const long = { text: 'flood and more', entities: { hashtags: [{ start: 0, end: 5, tag: 'x' }] } };
  const post = {
    data: {
      id: '9', text: 'flood …', lang: 'en', author_id: '1', note_tweet: long, edit_history_tweet_ids: ['9'],
      referenced_tweets: [{ type: 'quoted', id: '8' }], public_metrics: { retweet_count: 1, like_count: 2 },
    },
    includes: {
      users: [{ id: '1', name: 'A', username: 'a', location: 'here', public_metrics: { tweet_count: 3 } }],
      tweets: [{ id: '8', text: 'sea', lang: 'de', edit_history_tweet_ids: ['8'] }],
    },
  }; // prettier-ignore

  const got = async (query: string, dialect?: 'tweet' | 'post'): Promise<unknown> => {
    await using x = await simulate({ posts: [], dialect });
    await addRules(x.url, 'flood');
    const reader = await read(x.url, query);
    x.push(post);
    await arrived(reader, 1);
    reader.close();
    const { matching_rules: _, ...message } = objectOf(JSON.parse(reader.lines()[0]!));
    return message;
  };

  it('are the few that X always sends, and those that are asked for', async () => {
    const always = { id: '9', text: 'flood …', edit_history_tweet_ids: ['9'] };
    expect(await got('')).toEqual({ data: always });
    expect(await got('tweet.fields=lang,note_tweet&expansions=author_id&user.fields=location')).toEqual({
      data: { ...always, lang: 'en', author_id: '1', note_tweet: long },
      includes: { users: [{ id: '1', name: 'A', username: 'a', location: 'here' }] },
    });
    expect(await got('tweet.fields=lang&expansions=referenced_tweets.id')).toEqual({
      data: { ...always, lang: 'en', referenced_tweets: [{ type: 'quoted', id: '8' }] },
      includes: { tweets: [{ id: '8', text: 'sea', lang: 'de', edit_history_tweet_ids: ['8'] }] },
    });
  });

  it('have the names of the newer dialect where they are asked for by them, or X has moved on', async () => {
    const asked =
      'post.fields=note_post,public_metrics&expansions=referenced_posts.id,author_id&user.fields=public_metrics';
    expect(await got(asked)).toEqual({
      data: {
        id: '9', text: 'flood …', author_id: '1', note_post: long, edit_history_post_ids: ['9'],
        referenced_posts: [{ type: 'quoted', id: '8' }], public_metrics: { repost_count: 1, like_count: 2 },
      },
      includes: {
        users: [{ id: '1', name: 'A', username: 'a', public_metrics: { post_count: 3 } }],
        posts: [{ id: '8', text: 'sea', edit_history_post_ids: ['8'] }],
      },
    }); // prettier-ignore
    expect(await got('', 'post')).toEqual({
      data: { id: '9', text: 'flood …', edit_history_post_ids: ['9'] },
    });
  });

  it('of a post in the newer dialect are found under their own names', async () => {
    const { x, reader } = await listening();
    await using _ = x;
    x.push({ data: { id: '3', text: 'cut', note_post: { text: 'a flood' } } });
    await arrived(reader, 1);
    expect(idsOf(reader)).toEqual(['3']);
    expect(objectsOf(x.expected())).toHaveLength(1);
    reader.close();
  });
});

describe('the archive of the simulator', () => {
  it('keeps the newest posts, as many as it may, and puts a late one in its place', () => {
    const archive = openArchive(100);
    for (let id = 2; id <= 1_000; id += 2) archive.add(archived(id));
    archive.add(archived(901));
    const even = Array.from({ length: 99 }, (_, index) => 1_000 - 2 * index);
    expect(archivedIds(archive)).toEqual([...even.slice(0, 50), 901, ...even.slice(50)]);
  });

  it('keeps fewer where they are long', () => {
    const archive = openArchive(100);
    for (let id = 1; id <= 200; id += 1) archive.add(archived(id, 160 * 1024));
    expect(archivedIds(archive).length).toBeGreaterThanOrEqual(10);
    expect(archivedIds(archive).length).toBeLessThanOrEqual(12);
    expect(archivedIds(archive)[0]).toBe(200);
  });
});
