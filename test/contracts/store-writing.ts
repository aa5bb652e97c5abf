// Contract of saveTweets: the same row however often and in whatever order its copies come.
import { expect, test } from 'vitest';
import type { Store } from '../../sql/store.ts';
import type { Tweet, TweetRow } from '../../sql/tweet.ts';
import { makeTweet, newCode, type TweetOverrides } from '../factories.ts';

async function rowsOf(store: Store, code: string): Promise<readonly TweetRow[]> {
  return (await store.tweets(code, { limit: 100 })).tweets;
}

async function messagesOf(store: Store, code: string): Promise<string[]> {
  const found: string[] = [];
  for await (const chunk of (await store.messages(code, {})).chunks) {
    found.push(...chunk.map((message) => Buffer.from(message).toString()));
  }
  return found;
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** 600 tweets in as many buckets. */
const manyOf = (event: string): Tweet[] =>
  Array.from({ length: 600 }, (_, n) =>
    makeTweet({ event_name: event, t_id: String(2 ** 40 + n * 2 ** 38) }),
  );

export function writingContract(store: () => Store): void {
  test('saveTweets given the same tweet again, also within one call, changes nothing', async () => {
    const tweet = makeTweet({ event_name: newCode(), hashtags: ['flood'], raw: 'once' });
    const code = tweet.row.event_name;
    await store().saveTweets([tweet, tweet]);
    await store().saveTweets([tweet]);
    expect(await rowsOf(store(), code)).toEqual([tweet.row]);
    expect(await messagesOf(store(), code)).toEqual(['once']);
    expect(await store().total(code)).toBe(1);
  });

  const id = '00000000-0000-5000-8000-000000000001';
  const copies: TweetOverrides[] = [
    { id, writeTime: 1_000, raw: 'first', t_text: 'one', t_lang: 'en', u_name: 'A', hashtags: ['a'] },
    { id, writeTime: 3_000, raw: 'third', t_text: 'three', u_name: 'C' },
    { id, writeTime: 2_000, raw: 'second', t_text: 'two', t_lang: 'de', t_geo: '{}', t_favorite_count: 0 },
  ];
  const merged = {
    t_text: 'three',
    t_lang: 'de',
    u_name: 'C',
    hashtags: ['a'],
    t_geo: '{}',
    t_favorite_count: 0,
  };

  test.each(orders([0, 1, 2]))(
    'saveTweets of three copies in the order %i %i %i ends in one row',
    async (...order) => {
      const code = newCode();
      const all = copies.map((copy) => makeTweet({ ...copy, event_name: code }));
      for (const i of order) await store().saveTweets([all[i]!]);
      expect(await rowsOf(store(), code)).toEqual([{ ...all[0]!.row, ...merged }]);
      expect(await messagesOf(store(), code)).toEqual(['third']);
    },
  );

  test('saveTweets of two copies written at once ends in the same row in either order', async () => {
    const ends: unknown[] = [];
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const code = newCode();
      const same = copies.map((copy) => makeTweet({ ...copy, event_name: code, writeTime: 5_000 }));
      for (const i of order) await store().saveTweets([same[i]!]);
      const [row] = await rowsOf(store(), code);
      ends.push({ ...row, event_name: '', raw: await messagesOf(store(), code) });
    }
    expect(ends[0]).toEqual(ends[1]);
  });

  test('saveTweets keeps one post of two events apart', async () => {
    const [a, b] = [makeTweet({ event_name: newCode() }), makeTweet({ event_name: newCode(), t_lang: 'en' })];
    await Promise.all([store().saveTweets([a]), store().saveTweets([b])]);
    expect(await rowsOf(store(), a.row.event_name)).toEqual([a.row]);
    expect(await rowsOf(store(), b.row.event_name)).toEqual([b.row]);
  });

  test('saveTweets refuses a row that no column can hold and stores the rest of the batch', async () => {
    const code = newCode();
    const tweets = [1, 2, 3].map((n) => makeTweet({ event_name: code, t_id: String(2 ** 40 + n) }));
    const broken: Tweet = { ...tweets[1]!, row: { ...tweets[1]!.row, t_retweet_count: 2 ** 31 } };
    const others = store().saveTweets([makeTweet({ event_name: code, t_id: String(2 ** 41) })]);
    const refused = await store().saveTweets([tweets[0]!, broken, tweets[2]!]);
    expect(refused.map(({ tweet }) => tweet)).toEqual([broken]);
    expect(refused[0]!.reason).toContain('t_retweet_count');
    expect(await others).toEqual([]);
    expect(await store().total(code)).toBe(3);
    expect(await rowsOf(store(), code)).not.toContainEqual(
      expect.objectContaining({ t_id: tweets[1]!.row.t_id }),
    );
  });

  test('saveTweets replaces half of a surrogate pair, which UTF-8 does not have, by U+FFFD', async () => {
    const tweet = makeTweet({ event_name: newCode(), t_text: 'a\uD800b', hashtags: ['\uDC00'] });
    expect(await store().saveTweets([tweet])).toEqual([]);
    expect(await rowsOf(store(), tweet.row.event_name)).toEqual([
      { ...tweet.row, t_text: 'a\uFFFDb', hashtags: ['\uFFFD'] },
    ]);
  });

  test('deleteTweets removes what was stored for an event and nothing of another', async () => {
    const [code, other] = [newCode(), newCode()];
    await store().saveTweets([...manyOf(code), ...manyOf(other)]);
    await store().deleteTweets(code);
    expect(await rowsOf(store(), code)).toEqual([]);
    expect([await store().total(code), await store().total(other)]).toEqual([0, 600]);
    expect(await store().counts(code, 'day', {})).toEqual([]);
    expect(await messagesOf(store(), code)).toEqual([]);
    expect(await messagesOf(store(), other)).toHaveLength(600);
    // Received after the deletion: an engine may keep away what was received before it and comes late.
    const writeTime = (Date.now() + 1_000) * 1_000;
    const later = manyOf(code).slice(0, 2);
    await store().saveTweets(later.map((tweet) => ({ ...tweet, writeTime })));
    expect(await store().total(code)).toBe(2);
  });
}
