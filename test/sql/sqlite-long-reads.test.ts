// Long reads of the SQLite store: on a thread of their own, no further ahead than their reader, and given up in the end.
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { encodeCursor } from '../../sql/cursor.ts';
import { PART } from '../../sql/part.ts';
import { type Patience, type Reader, reader } from '../../sql/sqlite-reader.ts';
import { openForWriting } from '../../sql/sqlite-schema.ts';
import { readingThread } from '../../sql/sqlite-thread.ts';
import { storeOn } from '../../sql/sqlite.ts';
import type { Messages, Store } from '../../sql/store.ts';
import { idAt, makeTweet } from '../factories.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;
const EVERYTHING = { kind: 'export', code: 'flood', range: {}, size: PART } as const;
const dirs: string[] = [];
afterAll(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true }))));

interface Opened {
  readonly dir: string;
  readonly db: ReturnType<typeof openForWriting>;
  readonly store: Store;
  /** saves more tweets, `apart` ms from each other, with messages of `bytes` */
  save(tweets: number, bytes: number, apart?: number): Promise<void>;
  walBytes(): number;
}

async function open(): Promise<Opened> {
  const dir = await mkdtemp(join(tmpdir(), 'store-'));
  dirs.push(dir);
  const db = openForWriting(dir);
  const store = storeOn(db, dir, PART);
  onTestFinished(() => store.close());
  let next = NOON;
  return {
    dir,
    db,
    store,
    async save(tweets, bytes, apart = 100) {
      const raw = Buffer.alloc(bytes, 'x');
      for (let left = tweets; left > 0; left -= 1_000) {
        const batch = Array.from({ length: Math.min(1_000, left) }, () =>
          makeTweet({ t_id: idAt((next += apart)), raw }),
        );
        await store.saveTweets(batch);
      }
    },
    walBytes: () => statSync(join(dir, 'store.db-wal')).size,
  };
}

function readerOf({ dir }: Opened, patience: Patience): Reader {
  const reads = reader(dir, patience);
  onTestFinished(() => reads.close());
  return reads;
}

async function count({ chunks }: Messages): Promise<number> {
  let messages = 0;
  for await (const chunk of chunks) messages += chunk.length;
  return messages;
}

test('The reading thread answers forty questions at once without a warning', async () => {
  const { store, save } = await open();
  const warnings: Error[] = [];
  const warned = (warning: Error): unknown => warnings.push(warning);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  await save(10, 10);
  const totals = await Promise.all(Array.from({ length: 40 }, () => store.total('flood')));
  expect(new Set(totals)).toEqual(new Set([10]));
  await sleep(1);
  expect(warnings).toEqual([]);
});

test('messages are read on another thread than the one that asks', async () => {
  const { store } = await open();
  const raw = Buffer.from('{}');
  for (let n = 0; n < 60_000; n += 1_000)
    await store.saveTweets(
      Array.from({ length: 1_000 }, (_, i) => makeTweet({ t_id: idAt(NOON, n + i), raw })),
    );
  await store.total('flood');
  const [all, own] = [process.cpuUsage(), process.threadCpuUsage()];
  // All of this minute has to be looked at, and nothing of it is in the range.
  expect(await count(await store.messages('flood', { since: NOON + 1, until: NOON + MINUTE - 1 }))).toBe(0);
  const [allSpent, ownSpent] = [process.cpuUsage(all), process.threadCpuUsage(own)];
  expect(allSpent.user).toBeGreaterThan(20_000);
  expect(ownSpent.user + ownSpent.system).toBeLessThan((allSpent.user + allSpent.system) / 3);
});

test('messages are read four chunks ahead of their reader, and then as he reads', async () => {
  const opened = await open();
  await opened.save(4_000, 1_000);
  const thread = readingThread(opened.dir);
  onTestFinished(() => thread.close());
  const call = thread.call(EVERYTHING);
  expect(await call.reply()).toBeUndefined();
  for (let chunk = 0; chunk < 4; chunk += 1) await call.reply();
  let fifth = false;
  const reply = call.reply().finally(() => (fifth = true));
  await sleep(100);
  expect(fifth).toBe(false);
  call.more();
  await reply;
  call.end();
});

test('messages that nobody reads, or not to the end, are given up and free their places', async () => {
  const opened = await open();
  await opened.save(4_000, 1_000);
  const reads = readerOf(opened, { idle: 200, whole: 60_000 });
  const four = await Promise.all([1, 2, 3, 4].map(() => reads.messages(EVERYTHING)));
  const begun = four[0]!.chunks[Symbol.asyncIterator]();
  await begun.next();
  expect(await count(await reads.messages(EVERYTHING))).toBe(4_000);
  await sleep(300);
  await expect(begun.next()).rejects.toThrow('given up: nobody read on');
  await expect(count(four[1]!)).rejects.toThrow('given up: nobody read on');
});

test('messages that are read on, but too slowly, are given up', async () => {
  const opened = await open();
  await opened.save(4_000, 1_000);
  const reads = readerOf(opened, { idle: 60_000, whole: 300 });
  const chunks = (await reads.messages(EVERYTHING)).chunks[Symbol.asyncIterator]();
  const trickle = async (): Promise<void> => {
    while ((await chunks.next()).done !== true) await sleep(100);
  };
  await expect(trickle()).rejects.toThrow('given up: it took too long');
});

test('The write-ahead log grows behind an export that nobody reads, and no more once it is given up', async () => {
  const opened = await open();
  await opened.save(4_000, 1_000);
  const reads = readerOf(opened, { idle: 3_000, whole: 60_000 });
  const { chunks } = await reads.messages(EVERYTHING);
  await opened.save(4_000, 10_000);
  const grown = opened.walBytes();
  expect(grown).toBeGreaterThan(40_000_000);
  await sleep(3_100);
  await expect(chunks[Symbol.asyncIterator]().next()).rejects.toThrow('given up');
  await opened.save(8_000, 10_000);
  expect(opened.walBytes()).toBeLessThan(grown + 25_000_000);
});

test('A log that grew long behind an export is brought into the file on another thread, and cut', async () => {
  const { db, store, save, walBytes } = await open();
  const inCommits = (): unknown => Object.values(db.prepare('PRAGMA wal_autocheckpoint').get()!)[0];
  await save(4_000, 1_000);
  const { chunks } = await store.messages('flood', {});
  await save(2_000, 100_000);
  await sleep(200);
  await save(1, 10);
  expect(walBytes()).toBeGreaterThan(200_000_000);
  expect(inCommits()).toBe(0);
  await chunks[Symbol.asyncIterator]().return?.();
  await expect.poll(() => save(1, 10).then(walBytes), { timeout: 20_000 }).toBeLessThan(70_000_000);
  await expect.poll(inCommits, { timeout: 5_000 }).toBe(1_000);
  expect(await count(await store.messages('flood', {}))).toBeGreaterThan(6_000);
});

test('A page far down costs no more than the first', async () => {
  const { store, save } = await open();
  await save(60_000, 10);
  const cursor = encodeCursor({ bucket: NOON + MINUTE, id: '9' });
  async function cost(query: { limit: number; cursor?: string }): Promise<number> {
    const before = process.threadCpuUsage();
    for (let n = 0; n < 20; n += 1) expect((await store.tweets('flood', query)).tweets).toHaveLength(50);
    const { user, system } = process.threadCpuUsage(before);
    return user + system;
  }
  await cost({ limit: 50 });
  expect(await cost({ limit: 50, cursor })).toBeLessThan(4 * (await cost({ limit: 50 })));
});
