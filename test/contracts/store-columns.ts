// Contract of a tweet's columns: each comes back as it was given, at its extremes and absent.
import { expect, test } from 'vitest';
import type { Store } from '../../sql/store.ts';
import { columns, type TweetRow } from '../../sql/tweet.ts';
import { makeTweet, newCode } from '../factories.ts';

async function rowsOf(store: Store, code: string): Promise<readonly TweetRow[]> {
  return (await store.tweets(code, { limit: 100 })).tweets;
}

const KEY = ['event_name', 'bucket', 't_id'];

/** Every column but the key's at its least or its greatest by its type. */
function atExtreme(least: boolean): object {
  const extremes = {
    text: least ? '' : '🌊👩‍👩‍👧‍👧',
    int: least ? -2_147_483_648 : 2_147_483_647,
    boolean: !least,
    timestamp: least ? -62_135_596_800_000 : 253_402_300_799_999,
    uuid: least ? '00000000-0000-0000-0000-000000000000' : 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    list: least ? [] : ['', '🌊', '9223372036854775807'],
  };
  const names = Object.entries(columns).filter(([name]) => !KEY.includes(name));
  return Object.fromEntries(names.map(([name, type]) => [name, extremes[type]]));
}

/** Every column at an odd value of its own; the lists and numbers are what the columns' types say in tweet.ts. */
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

export function columnsContract(store: () => Store): void {
  test('saveTweets keeps every column as it was given', async () => {
    const tweet = makeTweet({ ...EVERY_COLUMN, event_name: newCode() });
    expect(Object.keys(tweet.row)).toHaveLength(44);
    expect(await store().saveTweets([tweet])).toEqual([]);
    expect(await rowsOf(store(), tweet.row.event_name)).toEqual([tweet.row]);
  });

  test.each([
    ['least', '8589934592'],
    ['greatest', '9223372036854775807'],
  ])('saveTweets keeps every column at its %s, id %s', async (end, t_id) => {
    const values = { ...atExtreme(end === 'least'), t_id, writeTime: 1_000_000 };
    const tweet = makeTweet({ ...values, event_name: newCode() });
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
}
