// What goes wrong around the SQLite store loses nothing that it acknowledged, and holds nobody up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { PART } from '../../sql/part.ts';
import { openSqliteStore, storeOn } from '../../sql/sqlite.ts';
import { openForWriting } from '../../sql/sqlite-schema.ts';
import type { Messages, Store } from '../../sql/store.ts';
import { idAt, makeTweet } from '../factories.ts';

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

/** Tweets a second apart; the message of each is its number, or `raw`. */
const batch = (from: number, length: number, raw?: Uint8Array) =>
  Array.from({ length }, (_, n) =>
    makeTweet({ t_id: idAt(NOON + (from + n) * 1_000), raw: raw ?? `${from + n}` }),
  );

async function numbersIn({ chunks }: Messages): Promise<number[]> {
  const numbers: number[] = [];
  for await (const chunk of chunks)
    numbers.push(...chunk.map((bytes) => Number(Buffer.from(bytes).toString())));
  return numbers;
}

/** Lets a child save for a while, kills it, and gives the starts of the batches that it had acknowledged. */
async function saveAndKill(dir: string, start: number, ms: number): Promise<number[]> {
  const script = new URL('saving-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, dir, String(start)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const closed = new Promise((resolve) => child.once('close', resolve));
  await once(child.stdout, 'data');
  await sleep(ms);
  child.kill('SIGKILL');
  await closed;
  return output.split('\n').slice(0, -1).map(Number);
}

test('saveTweets loses nothing that it acknowledged when its process is killed', async () => {
  const dir = await newDir();
  const acknowledged: number[] = [];
  for (const ms of [0, 13, 40, 71, 123])
    acknowledged.push(...(await saveAndKill(dir, acknowledged.length * 60, ms)));
  const store = await openStore(dir);
  const kept = await numbersIn(await store.messages('flood', {}));
  const expected = acknowledged.flatMap((from) => Array.from({ length: 20 }, (_, n) => from + n));
  expect(expected.length).toBeGreaterThan(500);
  const found = new Set(kept);
  expect(expected.filter((number) => !found.has(number))).toEqual([]);
  expect(kept.length).toBe(found.size);
  expect(await store.total('flood')).toBe(kept.length);
});

test('saveTweets rejects on a full disk, keeps nothing of that call, and takes it when there is room again', async () => {
  const dir = await newDir();
  const db = openForWriting(dir);
  const store = storeOn(db, dir, PART);
  onTestFinished(() => store.close());
  db.exec('PRAGMA max_page_count = 200');
  let saved = 0;
  const save = () => store.saveTweets(batch(saved, 50, Buffer.alloc(5_000, 'x')));
  await expect(
    (async () => {
      for (; saved < 100_000; saved += 50) await save();
    })(),
  ).rejects.toThrow(/full/);
  expect(saved).toBeGreaterThan(100);
  expect(await store.total('flood')).toBe(saved);
  await expect(save()).rejects.toThrow(/full/);
  db.exec('PRAGMA max_page_count = 100000');
  expect(await save()).toEqual([]);
  expect(await store.total('flood')).toBe(saved + 50);
});

test('saveTweets rejects while another process holds the file, and succeeds afterwards', async () => {
  const dir = await newDir();
  const store = await openStore(dir);
  const other = new DatabaseSync(join(dir, 'store.db'));
  other.exec('BEGIN IMMEDIATE');
  await expect(store.saveTweets(batch(0, 3))).rejects.toThrow(/locked/);
  other.close();
  expect(await store.saveTweets(batch(0, 3))).toEqual([]);
  expect(await store.total('flood')).toBe(3);
});

test('saveTweets is not held up by an export of 100,000 messages', async () => {
  const store = await openStore(await newDir());
  const message = Buffer.alloc(1_000, 'x');
  for (let n = 0; n < 100_000; n += 2_000) await store.saveTweets(batch(n, 2_000, message));
  const state = { exported: 0, reading: true };
  const { chunks } = await store.messages('flood', {});
  const reading = (async () => {
    for await (const chunk of chunks) state.exported += chunk.length;
    state.reading = false;
  })();
  let longest = 0;
  for (let n = 100_000; state.reading; n += 10) {
    const began = performance.now();
    await store.saveTweets(batch(n, 10));
    longest = Math.max(longest, performance.now() - began);
  }
  await reading;
  expect(state.exported).toBe(100_000);
  expect(longest).toBeLessThan(200);
});

test('deleteTweets of many lets others in between its slices', async () => {
  const store = await openStore(await newDir());
  for (let n = 0; n < 20_000; n += 1_000) await store.saveTweets(batch(n, 1_000, Buffer.alloc(3_000)));
  const state = { deleting: true };
  const deleted = store.deleteTweets('flood').finally(() => (state.deleting = false));
  const waits: number[] = [];
  while (state.deleting) {
    const began = performance.now();
    await sleep(1);
    waits.push(performance.now() - began);
  }
  await deleted;
  expect(waits.length).toBeGreaterThan(5);
  expect(Math.max(...waits)).toBeLessThan(200);
});

test('messages of a fifth reader wait until one of four has ended, or was left before it began', async () => {
  const store = await openStore(await newDir());
  await store.saveTweets(batch(0, 100));
  const four = await Promise.all([1, 2, 3, 4].map(() => store.messages('flood', {})));
  let began = false;
  const fifth = store.messages('flood', {}).finally(() => (began = true));
  await sleep(50);
  expect(began).toBe(false);
  await four[0]!.chunks[Symbol.asyncIterator]().return?.();
  expect(await numbersIn(await fifth)).toHaveLength(100);
  expect(
    await Promise.all(four.slice(1).map(async (messages) => (await numbersIn(messages)).length)),
  ).toEqual([100, 100, 100]);
});

test('the reading thread that dies rejects those who wait and is replaced', async () => {
  const store = await openStore(await newDir());
  const text = '1'.repeat(500_000);
  const huge = Array.from({ length: 500 }, (_, n) =>
    makeTweet({ t_id: idAt(NOON + n), t_text: text, raw: text }),
  );
  await store.saveTweets(huge);
  const { chunks } = await store.messages('flood', {});
  const waiting = [store.tweets('flood', { limit: 1000 }), store.counts('flood', 'minute', {})];
  const outcome = await Promise.allSettled(waiting);
  expect(outcome.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await store.counts('flood', 'day', {})).toMatchObject([{ tweets: 500 }]);
  await expect(numbersIn({ chunks, rest: undefined })).rejects.toThrow('another try');
});
