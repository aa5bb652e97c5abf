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

/** Every column at `extreme`; the lists and numbers are what the columns' types say in tweet.ts. */
const EVERY_COLUMN: Omit<TweetRow, 'event_name' | 'bucket' | 't_id'> = {
  id: '00000000-0000-5000-8000-000000000000',
  event_kw: '',
  t_created_at: -62_135_596_800_000,
  t_text: 'a\0b\uFFFD 🌊👩‍👩‍👧‍👧 שלום \u202E地震\n',
  t_retweet_count: 2_147_483_647,
  t_favorite_count: -2_147_483_648,
  t_geo: '{"type":"Point","coordinates":[0,-0.5]}',
  t_coordinates: '{}',
  t_favorited: false,
  t_retweeted: true,
  t_is_a_retweet: false,
  t_lang: 'und',
  u_id: '9223372036854775807',
  u_name: "Robert'); DROP TABLE tweet;--",
  u_screen_name: '"',
  u_location: '\0',
  u_url: '',
  u_lang: '😀',
  u_description: 'x'.repeat(20_000),
  u_time_zone: ' ',
  u_geo_enabled: true,
  u_followers_count: 0,
  u_friends_count: -1,
  u_listed_count: 1,
  u_favourites_count: 2_147_483_647,
  u_statuses_count: 7,
  u_utc_offset: -43_200,
  u_created_at: 0,
  hashtags: [],
  urls: ['', '🌊', 'a"b,c]', "it's"],
  um_id: '9007199254740993 18446744073709551615',
  um_name: 'null',
  um_screen_name: 'NULL',
  media_url: '%00',
  t_retweeted_id: '9007199254740993',
  t_quoted_id: '1',
  t_reply_to_id: '0',
  t_edit_of: '007',
  source: 'x',
  via: 'search',
  received_at: 253_402_300_799_999,
};

/** 600 tweets in as many buckets. */
const manyOf = (event: string): Tweet[] =>
  Array.from({ length: 600 }, (_, n) =>
    makeTweet({ event_name: event, t_id: String(2 ** 40 + n * 2 ** 38) }),
  );

export function writingContract(store: () => Store): void {
  test('saveTweets keeps every column as it was given', async () => {
    const tweet = makeTweet({ ...EVERY_COLUMN, event_name: newCode() });
    expect(Object.keys(tweet.row)).toHaveLength(44);
    expect(await store().saveTweets([tweet])).toEqual([]);
    expect(await rowsOf(store(), tweet.row.event_name)).toEqual([tweet.row]);
  });

  test('saveTweets leaves absent what a row does not say', async () => {
    const tweet = makeTweet({ event_name: newCode() });
    await store().saveTweets([tweet]);
    const [row] = await rowsOf(store(), tweet.row.event_name);
    expect(Object.keys(row!).toSorted()).toEqual(Object.keys(tweet.row).toSorted());
  });

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
    await store().saveTweets(manyOf(code).slice(0, 2));
    expect(await store().total(code)).toBe(2);
  });
}
