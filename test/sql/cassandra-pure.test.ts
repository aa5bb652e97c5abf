// The parts of the Cassandra store that only compute: batches, parts, judgements, and how much is under way at once.
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchesOf } from '../../sql/cassandra-batches.ts';
import { judge } from '../../sql/cassandra-events.ts';
import { forEach, inOrder } from '../../sql/cassandra-flow.ts';
import { planPart } from '../../sql/cassandra-messages.ts';
import { encodeLong, encodeTweet } from '../../sql/cassandra-rows.ts';
import { idAt, makeTweet } from '../factories.ts';

const encoded = (event_name: string, minute: number, bytes: number, n: number) =>
  encodeTweet(makeTweet({ event_name, t_id: idAt(Date.UTC(2026, 2, 1) + minute * 60_000, n), raw: Buffer.alloc(bytes) })); // prettier-ignore

describe('batchesOf', () => {
  test('has one partition in a batch, a megabyte and a hundred tweets at most, and everything once', () => {
    const tweet = fc.tuple(
      fc.constantFrom('a', 'b'),
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom(0, 5_000, 400_000, 1_200_000),
    );
    fc.assert(
      fc.property(fc.array(tweet, { maxLength: 300 }), (made) => {
        const all = made.map(([event, minute, bytes], n) => encoded(event, minute, bytes, n));
        const batches = batchesOf(all);
        for (const batch of batches) {
          expect(new Set(batch.map(({ tweet: { row } }) => `${row.event_name} ${row.bucket}`)).size).toBe(1);
          expect(batch.length).toBeLessThanOrEqual(100);
          const raw = batch.reduce((sum, one) => sum + one.raw.length, 0);
          expect(batch.length === 1 || raw < 1_000_000).toBe(true);
        }
        expect(new Set(batches.flat())).toEqual(new Set(all));
        expect(batches.flat()).toHaveLength(all.length);
      }),
      { numRuns: 30 },
    );
  });

  test('puts a hundred usual tweets of one minute into one batch', () => {
    expect(batchesOf(Array.from({ length: 100 }, (_, n) => encoded('a', 0, 5_000, n)))).toHaveLength(1);
  });
});

const row = (version: number, change: string) => ({ version, change });

test('encodeLong writes what BigInt64 writes', () => {
  for (const value of [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 1 - 2 ** 53, -62_135_596_800_000, 2 ** 62])
    expect(encodeLong(value).readBigInt64BE()).toBe(BigInt(value));
});

test('judge tells whose change a row shows', () => {
  const mine = { before: 4, change: 'me' };
  expect(judge(mine, row(5, 'me'))).toBe(true);
  expect(judge(mine, row(4, 'other'))).toBeUndefined();
  expect(judge(mine, row(5, 'other'))).toBe(false);
  expect(judge(mine, row(3, 'other'))).toBe(false);
  expect(judge(mine, undefined)).toBe(false);
  expect(() => judge(mine, row(6, 'other'))).toThrow('cannot be known');
  const creation = { before: undefined, change: 'me' };
  expect(judge(creation, undefined)).toBeUndefined();
  expect(judge(creation, row(1, 'me'))).toBe(true);
  expect(judge(creation, row(1, 'other'))).toBe(false);
});

async function* buckets() {
  for (const n of [0, 1, 2]) yield { bucket: n, tweets: 10, bytes: 100 };
}

const plan = async (messages: number, bytes: number) => {
  const { buckets: part, next } = await planPart(buckets(), { messages, bytes });
  return [part.length, next];
};

test('planPart ends before the bucket that would be too much, and has one at least', async () => {
  expect(await plan(20, 1_000)).toEqual([2, 2]);
  expect(await plan(1_000, 199)).toEqual([1, 1]);
  expect(await plan(1, 1)).toEqual([1, 1]);
  expect(await plan(30, 300)).toEqual([3, undefined]);
});

describe('inOrder and forEach', () => {
  test('inOrder gives results in order, at most so many at once, and one alone at first', async () => {
    let running = 0;
    let most = 0;
    let begun = 0;
    const results = inOrder(Array.from({ length: 50 }, (_, n) => n), 4, async (n) => {
      begun += 1;
      most = Math.max(most, (running += 1));
      for (let turns = n % 5; turns > 0; turns -= 1) await turn();
      running -= 1;
      return n * 2;
    }); // prettier-ignore
    expect((await results.next()).value).toBe(0);
    expect(begun).toBe(1);
    const rest: number[] = [];
    for await (const result of results) rest.push(result);
    expect(rest).toEqual(Array.from({ length: 49 }, (_, n) => (n + 1) * 2));
    expect(most).toBe(4);
  });

  test('inOrder throws a failure in its turn and begins no more', async () => {
    const seen: number[] = [];
    async function read(): Promise<void> {
      for await (const n of inOrder([1, 2, 3, 4, 5, 6, 7, 8], 2, async (one) => {
        if (one === 3) throw new Error('third');
        return one;
      }))
        seen.push(n);
    }
    await expect(read()).rejects.toThrow('third');
    expect(seen).toEqual([1, 2]);
  });

  test('forEach does everything, and after a failure begins no more', async () => {
    const done: number[] = [];
    await forEach([1, 2, 3, 4, 5], 2, async (n) => {
      await turn();
      done.push(n);
    });
    expect(done).toEqual([1, 2, 3, 4, 5]);
    let begun = 0;
    const failing = forEach(Array.from({ length: 100 }), 4, async () => {
      begun += 1;
      await turn();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(begun).toBe(4);
  });
});
