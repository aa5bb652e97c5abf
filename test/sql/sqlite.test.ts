// The SQLite store: the contract, and what only a file can show.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteStore, storeOn } from '../../sql/sqlite.ts';
import { PART } from '../../sql/part.ts';
import { openForWriting } from '../../sql/sqlite-schema.ts';
import type { Messages, Store } from '../../sql/store.ts';
import { columns } from '../../sql/tweet.ts';
import { storeContract } from '../contracts/store.ts';
import { idAt, makeEvent, makeTweet } from '../factories.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const dirs: string[] = [];
afterAll(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true }))));

async function newDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'store-'));
  dirs.push(dir);
  return dir;
}

async function openStore(dir: string): Promise<Store> {
  const store = await openSqliteStore(dir);
  onTestFinished(() => store.close());
  return store;
}

const batch = (from: number, length: number, raw?: Uint8Array) =>
  Array.from({ length }, (_, n) => makeTweet({ t_id: idAt(NOON + from + n), ...(raw && { raw }) }));

async function readAll({ chunks }: Messages): Promise<number> {
  let messages = 0;
  for await (const chunk of chunks) messages += chunk.length;
  return messages;
}

const contractDir = await newDir();
storeContract('openSqliteStore', (part) => openSqliteStore(contractDir, part));

describe('openSqliteStore', () => {
  test('makes a table with the columns of tweet.ts, in their order, for whoever reads the file', async () => {
    const dir = await newDir();
    const store = await openStore(dir);
    await store.saveTweets([makeTweet({ t_retweeted: true, t_favorited: false, hashtags: ['a', 'b'] })]);
    const db = new DatabaseSync(join(dir, 'store.db'), { readOnly: true });
    const row = db.prepare('SELECT * FROM tweet').get();
    db.close();
    expect(Object.keys(row!)).toEqual(Object.keys(columns));
    expect(row).toMatchObject({
      bucket: NOON,
      t_retweeted: 1,
      t_favorited: 0,
      hashtags: '["a","b"]',
      t_geo: null,
    });
  });

  test('refuses a file that is no database and one of a later program', async () => {
    const dir = await newDir();
    openForWriting(dir).close();
    const db = new DatabaseSync(join(dir, 'store.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(openSqliteStore(dir)).rejects.toThrow('version 99');
    await expect(openSqliteStore('/dev/null/x')).rejects.toThrow('/dev/null');
  });

  test('brings a file of version 1 to this one, and keeps what it has', async () => {
    const dir = await newDir();
    const first = await openSqliteStore(dir);
    const event = makeEvent({ keywords: ['a', 'b'] });
    const tweet = makeTweet({ event_name: event.code });
    await first.createEvent(event);
    await first.saveTweets([tweet]);
    await first.close();
    const db = new DatabaseSync(join(dir, 'store.db'));
    db.exec('ALTER TABLE event DROP COLUMN collect_since; PRAGMA user_version = 1');
    db.close();
    const stores = await Promise.all([openStore(dir), openStore(dir)]);
    for (const store of stores) {
      expect(await store.events()).toEqual([event]);
      expect((await store.tweets(event.code, { limit: 10 })).tweets).toEqual([tweet.row]);
    }
    const later = makeEvent({ collectSince: '2026-02-27T12:00:00.000Z' });
    expect(await stores[0].createEvent(later)).toBe(true);
    expect(await stores[1].event(later.code)).toEqual(later);
  });

  test('lets two stores on one folder see and change the same', async () => {
    const dir = await newDir();
    const [a, b] = [await openStore(dir), await openStore(dir)];
    const event = makeEvent();
    expect(await a.createEvent(event)).toBe(true);
    expect(await b.createEvent(event)).toBe(false);
    const changes = [a, b].map((store) => store.changeEvent({ ...event, version: 2 }));
    expect((await Promise.all(changes)).filter(Boolean)).toHaveLength(1);
    await Promise.all([0, 1, 2, 3].map((n) => (n % 2 === 0 ? a : b).saveTweets(batch(n * 50, 100))));
    expect([await a.total('flood'), await b.total('flood')]).toEqual([250, 250]);
  });

  test('says what is wrong with how the file is opened', async () => {
    const dir = await newDir();
    const db = openForWriting(dir);
    const store = storeOn(db, dir, PART);
    onTestFinished(() => store.close());
    expect((await store.durability()).problems).toEqual([]);
    db.exec('PRAGMA synchronous = OFF');
    expect((await store.durability()).problems).toHaveLength(1);
  });
});

describe('close', () => {
  test('stores what was on its way, may be called twice, and lets nothing in afterwards', async () => {
    const dir = await newDir();
    const store = await openSqliteStore(dir);
    const saving = store.saveTweets(batch(0, 10));
    await Promise.all([store.close(), store.close()]);
    expect(await saving).toEqual([]);
    await store.close();
    await expect(store.saveTweets([])).rejects.toThrow('is closed');
    await expect(store.total('flood')).rejects.toThrow('is closed');
    expect(await (await openStore(dir)).total('flood')).toBe(10);
  });

  test('ends the exports that are running and those that wait', async () => {
    const store = await openSqliteStore(await newDir());
    await store.saveTweets(batch(0, 2_000, Buffer.alloc(2_000)));
    const running = await Promise.all(Array.from({ length: 4 }, () => store.messages('flood', {})));
    const waiting = store.messages('flood', {});
    const reading = readAll(running[0]!);
    const outcome = Promise.allSettled([reading, waiting]);
    await store.close();
    expect((await outcome).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
