import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAll } from '../../eventing/announced.ts';
import { decodeBatch, type Post } from '../../eventing/batch.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log, LogRecord } from '../../eventing/log.ts';
import { rawTweets } from '../../eventing/topics.ts';
import { keepInLog } from '../../tracker/keeping.ts';
import { Publisher } from '../../tracker/publisher.ts';

let dir: string;
let log: Log;
let publisher: Publisher;
const said: (string | undefined)[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'epicenter-publisher-'));
  log = await openEmbeddedLog(dir);
  for (const code of ['flood', 'storm']) await log.createTopic(rawTweets(code));
  publisher = new Publisher(
    'test',
    keepInLog(log, (problem) => said.push(problem)),
  );
});

afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true });
  said.length = 0;
});

const post = (text: string): Post => ({
  envelope: {
    keywords: [],
    rules: [],
    receivedAt: '2026-03-01T12:00:00.000000Z',
    via: 'stream',
    source: 'x',
  },
  message: Buffer.from(text),
});

async function records(code: string): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  await readAll(log, rawTweets(code).name, (record) => all.push(record));
  return all;
}

const textsIn = (record: LogRecord): string[] =>
  [...decodeBatch(record.value!)].map((one) =>
    'message' in one ? Buffer.from(one.message).toString() : one.bad,
  );

describe('Publisher', () => {
  it('makes one record of an event of what comes in together, in order', async () => {
    for (const text of ['a', 'b', 'c']) publisher.post('flood', post(text));
    publisher.post('storm', post('d'));
    await publisher.flush();
    expect((await records('flood')).map(textsIn)).toEqual([['a', 'b', 'c']]);
    expect((await records('storm')).map(textsIn)).toEqual([['d']]);
  });

  it('writes a single post at once, without waiting for more', async () => {
    publisher.post('flood', post('a'));
    await publisher.flush();
    publisher.post('flood', post('b'));
    await publisher.flush();
    expect((await records('flood')).map(textsIn)).toEqual([['a'], ['b']]);
  });

  it('puts at most 256 posts into a record', async () => {
    for (let n = 0; n < 600; n += 1) publisher.post('flood', post(`${n}`));
    await publisher.flush();
    const read = await records('flood');
    expect(read.map((record) => textsIn(record).length)).toEqual([256, 256, 88]);
    expect(read.flatMap(textsIn)).toEqual(Array.from({ length: 600 }, (_, n) => `${n}`));
  });

  it('puts at most 512 KB of posts into a record, or one longer post alone', async () => {
    const texts = [200, 200, 200, 512, 1].map((kb) => 'x'.repeat(kb * 1024));
    for (const text of texts) publisher.post('flood', post(text));
    await publisher.flush();
    const read = await records('flood');
    expect(read.map((record) => textsIn(record).map((text) => text.length / 1024))).toEqual([
      [200, 200],
      [200],
      [512],
      [1],
    ]);
  });

  it('asks the reader to wait while too much is not durable yet', async () => {
    for (let n = 0; n < 12; n += 1) publisher.post('flood', post('x'.repeat(400_000)));
    let room = false;
    const waiting = publisher.room().then(() => (room = true));
    await Promise.resolve();
    expect(room).toBe(false);
    await waiting;
    await publisher.flush();
    expect(publisher.pendingBytes).toBe(0);
  });

  it('calls back in the order of asking, each time when all before is durable', async () => {
    const seen: number[] = [];
    for (let n = 1; n <= 3; n += 1) {
      publisher.post('flood', post(`${n}`));
      publisher.whenDurable(() => seen.push(n));
      await publisher.flush();
      expect((await records('flood')).flatMap(textsIn)).toHaveLength(n);
    }
    expect(seen).toEqual([1, 2, 3]);
  });

  it('makes a topic again that somebody deleted, and loses nothing', async () => {
    await log.deleteTopic(rawTweets('flood').name);
    publisher.post('flood', post('a'));
    publisher.post('storm', post('b'));
    await publisher.flush();
    publisher.post('flood', post('c'));
    await publisher.flush();
    expect((await records('flood')).flatMap(textsIn)).toEqual(['a', 'c']);
    expect((await records('storm')).flatMap(textsIn)).toEqual(['b']);
    expect(said).toEqual([]);
  });

  it('counts the envelopes, too: an event of many keywords never makes a record that the log refuses', async () => {
    const keywords = Array.from({ length: 500 }, (_, n) => `keyword number ${n}`);
    for (let n = 0; n < 200; n += 1) {
      publisher.post('flood', { ...post(`${n}`), envelope: { ...post('').envelope, keywords } });
    }
    await publisher.flush();
    expect(said).toEqual([]);
    expect((await records('flood')).flatMap(textsIn)).toHaveLength(200);
  });
});
