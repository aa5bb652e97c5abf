// What a Parquet export holds, and that it is there whole or not at all.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as duckdb from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportParquet } from '../../sql/export-parquet.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import type { Store } from '../../sql/store.ts';
import { columns, type TweetRow } from '../../sql/tweet.ts';
import { idAt, makeEvent, makeTweet } from '../factories.ts';
import { tempDir } from '../journey/running.ts';
import { duckdbRows } from './duckdb.ts';
import { BEGIN } from './posts.ts';

const MANY = 45_000;
const dir = tempDir('export');
let store: Store;
beforeAll(async () => {
  store = await openSqliteStore(join(dir.path, 'data'));
  await store.createEvent(makeEvent({ code: 'many' }));
  for (let from = 0; from < MANY; from += 1_000)
    await store.saveTweets(
      Array.from({ length: 1_000 }, (_, n) =>
        makeTweet({ event_name: 'many', t_id: idAt(BEGIN + (from + n) * 10), raw: '{}' }),
      ),
    );
});
afterAll(async () => {
  await store.close();
  dir[Symbol.dispose]();
});

async function exported(code: string, name = code): Promise<string> {
  const file = join(dir.path, `${name}.parquet`);
  const asked = { store, code, file, progress: () => undefined };
  await exportParquet(duckdb, asked, new AbortController().signal);
  return file;
}

const everything: Required<TweetRow> = {
  event_name: 'all',
  bucket: BEGIN,
  t_id: '9223372036854775807',
  id: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  event_kw: 'flood, "high water"',
  t_created_at: BEGIN + 999,
  t_text: 'nul \u0000, 👩‍🚒, "quotes", \'single\', \\ and\nlines',
  t_retweet_count: 2_147_483_647,
  t_favorite_count: -2_147_483_648,
  t_geo: '{"type":"Point","coordinates":[40.01,-105.27]}',
  t_coordinates: '{}',
  t_favorited: false,
  t_retweeted: true,
  t_is_a_retweet: false,
  t_lang: 'ja',
  u_id: '18446744073709551615',
  u_name: '地震',
  u_screen_name: '',
  u_location: ' ',
  u_url: 'https://example.org/?a=1&b=2',
  u_lang: 'en',
  u_description: 'x'.repeat(100_000),
  u_time_zone: 'Mountain Time (US & Canada)',
  u_geo_enabled: true,
  u_followers_count: 0,
  u_friends_count: 1,
  u_listed_count: 2,
  u_favourites_count: 3,
  u_statuses_count: 4,
  u_utc_offset: -25_200,
  u_created_at: -1,
  hashtags: ['Flood', '', "'", '🌊'],
  urls: [],
  um_id: '1 2',
  um_name: 'a b',
  um_screen_name: 'a b',
  media_url: 'https://example.org/x.jpg',
  t_retweeted_id: '1',
  t_quoted_id: '2',
  t_reply_to_id: '3',
  t_edit_of: '4',
  source: 'x',
  via: 'stream',
  received_at: Number.MAX_SAFE_INTEGER,
};

test('An export has every column of the table with its type', async () => {
  const types = {
    text: 'VARCHAR',
    uuid: 'VARCHAR',
    int: 'INTEGER',
    boolean: 'BOOLEAN',
    timestamp: 'TIMESTAMP WITH TIME ZONE',
    list: 'VARCHAR[]',
  };
  const file = await exported('nothing');
  const described = await duckdbRows(file, 'DESCRIBE tweet');
  expect(described.map((column) => [column['column_name'], column['column_type']])).toEqual(
    Object.entries(columns).map(([name, type]) => [name, types[type]]),
  );
  expect(await duckdbRows(file, 'SELECT * FROM tweet')).toEqual([]);
});

test('An export keeps every value as it is, and leaves out what a row does not say', async () => {
  const { row: bare } = makeTweet({ event_name: 'all' });
  delete bare.t_created_at;
  for (const row of [everything, bare]) await store.saveTweets([{ ...makeTweet(), row }]);
  const times = Object.entries(columns).filter(([, type]) => type === 'timestamp');
  const inMs = times.map(([name]) => `CAST(epoch_ms(${name}) AS DOUBLE) AS ${name}`).join(', ');
  const rows = await duckdbRows(await exported('all'), `SELECT * REPLACE (${inMs}) FROM tweet ORDER BY u_id`);
  const absent = Object.fromEntries(Object.keys(columns).map((name) => [name, null]));
  expect(rows).toEqual([everything, { ...absent, ...bare }]);
});

test('An export of many pages and parts has every tweet once, newest first', async () => {
  const rows = await duckdbRows(await exported('many'), 'SELECT t_id FROM tweet');
  const ids = Array.from({ length: MANY }, (_, n) => idAt(BEGIN + (MANY - 1 - n) * 10));
  expect(rows.map((row) => row['t_id'])).toEqual(ids);
});

test('An export that the store breaks off leaves the file as it was, and nothing beside it', async () => {
  const file = join(dir.path, 'broken.parquet');
  writeFileSync(file, 'an earlier export');
  const before = readdirSync(dir.path);
  const breaking = await openSqliteStore(join(dir.path, 'data'));
  const progress = (tweets: number): void => void (tweets > 25_000 && breaking.close());
  const asked = { store: breaking, code: 'many', file, progress };
  await expect(exportParquet(duckdb, asked, new AbortController().signal)).rejects.toThrow('closed');
  expect(readdirSync(dir.path)).toEqual(before);
  expect(readFileSync(file, 'utf8')).toBe('an earlier export');
});
