// Contract of messages: what was stored at the call, byte for byte, oldest first, in parts.
import { expect, test } from 'vitest';
import type { Range, Store } from '../../sql/store.ts';
import type { Tweet } from '../../sql/tweet.ts';
import { idAt, makeTweet, newCode } from '../factories.ts';
import type { OpenStore } from './store.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;

async function partOf(
  store: Store,
  code: string,
  range: Range,
): Promise<{ messages: string[]; rest: number | undefined }> {
  const { chunks, rest } = await store.messages(code, range);
  const messages: string[] = [];
  for await (const chunk of chunks)
    messages.push(...chunk.map((bytes) => Buffer.from(bytes).toString('latin1')));
  return { messages, rest };
}

/** One tweet a time; its message is its time after noon. */
const at = (code: string, times: readonly number[]): Tweet[] =>
  times.map((time) => makeTweet({ event_name: code, t_id: idAt(NOON + time), raw: String(time) }));

export function messagesContract(store: () => Store, open: OpenStore): void {
  test('messages of an event that has none are none', async () => {
    expect(await partOf(store(), newCode(), {})).toEqual({ messages: [], rest: undefined });
  });

  test('messages are the bytes that were saved, oldest first', async () => {
    const code = newCode();
    const every = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    const bodies = [every, Buffer.from('{"a":  1}\r'), Buffer.alloc(0), Buffer.alloc(400_000, 'x')];
    const tweets = bodies.map((raw, n) =>
      makeTweet({ event_name: code, t_id: idAt(NOON + n * 40_000), raw }),
    );
    await store().saveTweets(tweets.toReversed());
    expect((await partOf(store(), code, {})).messages).toEqual(bodies.map((body) => body.toString('latin1')));
  });

  test('messages of a range begin at since and end before until', async () => {
    const code = newCode();
    await store().saveTweets(at(code, [0, 10, 59_999, 60_000, 70_000, 120_000]));
    const range = { since: NOON + 10, until: NOON + 70_000 };
    expect((await partOf(store(), code, range)).messages).toEqual(['10', '59999', '60000']);
    const minute = { since: NOON + MINUTE, until: NOON + 2 * MINUTE };
    expect((await partOf(store(), code, minute)).messages).toEqual(['60000', '70000']);
  });

  test('messages are those that were there at the call, in more chunks than are read ahead', async () => {
    const code = newCode();
    const times = Array.from({ length: 400 }, (_, n) => n * 1_000);
    const big = times.map((time) =>
      makeTweet({ event_name: code, t_id: idAt(NOON + time), raw: `${time} ${'x'.repeat(10_000)}` }),
    );
    await store().saveTweets(big);
    const { chunks } = await store().messages(code, {});
    await store().saveTweets(
      at(
        code,
        times.map((time) => time + 500),
      ),
    );
    const seen: string[] = [];
    for await (const chunk of chunks)
      seen.push(...chunk.map((bytes) => Buffer.from(bytes).toString().split(' ')[0]!));
    expect(seen).toEqual(times.map(String));
    expect((await partOf(store(), code, {})).messages).toHaveLength(800);
  });

  test('messages come in parts of whole buckets that together are everything once', async () => {
    const small = await open({ messages: 5, bytes: 1_000_000 });
    const code = newCode();
    const times = Array.from({ length: 40 }, (_, n) => n * 17_000);
    await small.saveTweets(at(code, times));
    const seen: string[] = [];
    let since: number | undefined;
    do {
      const part = await partOf(small, code, { since, until: NOON + 600_000 });
      expect(part.messages.length).toBeLessThanOrEqual(5);
      seen.push(...part.messages);
      since = part.rest;
      if (since !== undefined) expect(since % MINUTE).toBe(0);
    } while (since !== undefined);
    await small.close();
    expect(seen).toEqual(times.filter((time) => time < 600_000).map(String));
  });

  test('messages have a rest exactly if there is more in the range', async () => {
    const small = await open({ messages: 2, bytes: 1_000_000 });
    const code = newCode();
    await small.saveTweets(at(code, [0, 1, 2, 3, 60_000, 120_030]));
    const range = (until: number): Range => ({ until: NOON + until });
    expect(await partOf(small, code, range(60_000))).toEqual({
      messages: ['0', '1', '2', '3'],
      rest: undefined,
    });
    expect((await partOf(small, code, range(60_001))).rest).toBe(NOON + MINUTE);
    expect((await partOf(small, code, { since: NOON + MINUTE })).rest).toBeUndefined();
    const later = { since: NOON + 3, until: NOON + 120_030 };
    expect(await partOf(small, code, later)).toEqual({ messages: ['3'], rest: NOON + MINUTE });
    await small.close();
  });

  test('messages end a part by bytes, too', async () => {
    const small = await open({ messages: 1_000, bytes: 2_500 });
    const code = newCode();
    const tweets = [0, 1, 2].map((n) =>
      makeTweet({ event_name: code, t_id: idAt(NOON + n * MINUTE), raw: Buffer.alloc(1_000) }),
    );
    await small.saveTweets(tweets);
    const part = await partOf(small, code, {});
    expect([part.messages.length, part.rest]).toEqual([2, NOON + 2 * MINUTE]);
    await small.close();
  });

  test('messages read by many at once, by some only half, are complete for the others', async () => {
    const code = newCode();
    const times = Array.from({ length: 200 }, (_, n) => n * 1_000);
    await store().saveTweets(
      times.map((time) =>
        makeTweet({ event_name: code, t_id: idAt(NOON + time), raw: Buffer.alloc(20_000, 'y') }),
      ),
    );
    async function abandon(): Promise<void> {
      for await (const chunk of (await store().messages(code, {})).chunks) if (chunk.length > 0) break;
    }
    const whole = Promise.all(Array.from({ length: 6 }, () => partOf(store(), code, {})));
    await Promise.all(Array.from({ length: 6 }, abandon));
    expect((await whole).map(({ messages }) => messages.length)).toEqual([200, 200, 200, 200, 200, 200]);
  });
}
