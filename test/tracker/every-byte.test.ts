// Posts in every script, in chunks that end anywhere, through the reader of the stream into the log: none lost, no byte changed,
// in their order. STREAM_POSTS (default 30,000) is how many; `npm run test:fire` takes a million.
import { createHash, type Hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchesOf } from '../../eventing/announced.ts';
import { decodeBatch } from '../../eventing/batch.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { rawTweets } from '../../eventing/topics.ts';
import { Intake } from '../../tracker/intake.ts';
import { keepInLog } from '../../tracker/keeping.ts';
import { noSource } from '../../tracker/no-source.ts';
import { Publisher } from '../../tracker/publisher.ts';
import { receiptClock } from '../../tracker/receipt-clock.ts';
import type { Source } from '../../tracker/source.ts';
import { XStream } from '../../tracker/x-stream.ts';
import { randomFrom, type Random } from '../bench/random.ts';
import { idAt, makeEvent } from '../factories.ts';

const POSTS = Number(process.env['STREAM_POSTS'] ?? 30_000);
const PATIENCE_MS = 60_000 + POSTS;
const WORDS = ['flood', 'повінь', '洪水', 'فيضان', 'น้ำท่วม', 'बाढ़', 'πλημμύρα', '홍수'] as const;
const FIRST = Date.UTC(2026, 2, 1);

/** Decides by keywords alone. */
const source: Source = { ...noSource, name: 'x', via: 'stream' };

let dir: string;
let log: Log;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'epicenter-bytes-'));
  log = await openEmbeddedLog(dir);
  for (const code of WORDS.keys()) await log.createTopic(rawTweets(`event-${code}`));
});
afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true });
});

/** Any characters there are, of one to four bytes, but for surrogates, which UTF-8 does not have. */
function characters(random: Random): string {
  const codes = Array.from({ length: random.int(40) }, () =>
    random.int(random.pick([0x80, 0x800, 0xd800, 0x110000])),
  );
  return String.fromCodePoint(
    ...codes.map((code) => (code >= 0xd800 && code < 0xe000 ? code - 0x800 : code)),
  );
}

/** Each with one event's word; numbered, so that no two are the same. */
function* posts(random: Random): Generator<{ event: number; line: Buffer }> {
  for (let n = 0; n < POSTS; n += 1) {
    const event = random.int(WORDS.length);
    const text = `${n} ${WORDS[event]} | ${characters(random)}`;
    yield { event, line: Buffer.from(JSON.stringify({ data: { id: idAt(FIRST + n), text } })) };
  }
}

/** All bytes of the stream in chunks of the sizes that `sizeOf` gives, with a keep-alive now and then. */
function* chunks(random: Random, sizeOf: () => number, sent: Hash[], counts: number[]): Generator<Buffer> {
  let rest: Buffer[] = [];
  let length = 0;
  let size = sizeOf();
  for (const { event, line } of posts(random)) {
    sent[event]!.update(line).update('\n');
    counts[event]! += 1;
    rest.push(line, Buffer.from(random.chance(0.01) ? '\r\n\r\n' : '\r\n'));
    length += rest.at(-1)!.length + line.length;
    if (length < size) continue;
    const bytes = Buffer.concat(rest);
    let start = 0;
    for (; start + size <= bytes.length; size = sizeOf()) {
      yield bytes.subarray(start, start + size);
      start += size;
    }
    rest = [bytes.subarray(start)];
    length = bytes.length - start;
  }
  yield Buffer.concat(rest);
}

async function* messagesOf(event: number): AsyncGenerator<Uint8Array> {
  for await (const records of batchesOf(log, rawTweets(`event-${event}`).name)) {
    for (const post of records.flatMap(({ value }) => [...decodeBatch(value!)])) {
      if ('bad' in post) throw new Error(post.bad);
      yield post.message;
    }
  }
}

const hashes = (): Hash[] => WORDS.map(() => createHash('sha256'));
const zeros = (): number[] => WORDS.map(() => 0);

describe('a stream', () => {
  it.each([
    ['1 to 200 bytes', (random: Random) => 1 + random.int(200)],
    ['64 KB', () => 65_536],
  ])('in chunks of %s arrives in the log byte for byte', { timeout: PATIENCE_MS }, async (_, size) => {
    const random = randomFrom(POSTS);
    const [sent, sentCounts] = [hashes(), zeros()];
    const publisher = new Publisher(
      'test',
      keepInLog(log, () => undefined),
    );
    const intake = new Intake(source, publisher, receiptClock(Date.now));
    intake.want(WORDS.map((word, event) => makeEvent({ code: `event-${event}`, keywords: [word] })));
    const stream = new XStream(Date.now);
    for (const chunk of chunks(random, () => size(random), sent, sentCounts)) {
      for (const item of stream.take(chunk, 0)) if (item.kind === 'message') intake.message(item);
      await publisher.room();
    }
    expect(stream.end('over')).toMatchObject([{ kind: 'lost' }]);
    await publisher.flush();

    const [kept, keptCounts] = [hashes(), zeros()];
    for (const event of WORDS.keys()) {
      for await (const message of messagesOf(event)) {
        kept[event]!.update(message).update('\n');
        keptCounts[event]! += 1;
      }
    }
    expect(intake.counters.all).toMatchObject({ read: POSTS, rejected: 0, matched: POSTS });
    expect(keptCounts).toEqual(sentCounts);
    expect(kept.map((hash) => hash.digest('hex'))).toEqual(sent.map((hash) => hash.digest('hex')));
  });
});
