// Contract of tweets, counts and total.
import { expect, test } from 'vitest';
import { BadCursor, type Store } from '../../sql/store.ts';
import { idAt, makeTweet, newCode } from '../factories.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;

async function saveAt(store: Store, code: string, times: readonly number[]): Promise<void> {
  const tweets = times.map((time, n) => makeTweet({ event_name: code, t_id: idAt(time, n) }));
  expect(await store.saveTweets(tweets)).toEqual([]);
}

async function timesOf(
  store: Store,
  code: string,
  range: { since?: number; until?: number },
): Promise<number[]> {
  const page = await store.tweets(code, { ...range, limit: 1000 });
  return page.tweets.map((row) => (row.t_created_at ?? 0) - NOON);
}

export function readingContract(store: () => Store): void {
  test('tweets of an event that has none is an empty page', async () => {
    expect(await store().tweets(newCode(), { limit: 50 })).toEqual({ tweets: [], next: null });
  });

  test('tweets are newest first, by bucket and then by id', async () => {
    const code = newCode();
    await saveAt(
      store(),
      code,
      [0, 90_000, 30_000, 200_000, 30_001].map((ms) => NOON + ms),
    );
    expect(await timesOf(store(), code, {})).toEqual([200_000, 90_000, 30_001, 30_000, 0]);
  });

  test.each([1, 7, 250])(
    'tweets pages of %i are complete, once each, while newer and older ones come in',
    async (limit) => {
      const code = newCode();
      const times = Array.from({ length: 40 }, (_, n) => NOON + n * 25_000);
      await saveAt(store(), code, times);
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await store().tweets(code, { limit, cursor });
        expect(page.tweets.length).toBeLessThanOrEqual(limit);
        seen.push(...page.tweets.map((row) => row.t_created_at ?? 0));
        await saveAt(store(), code, [NOON + 10_000_000 + seen.length]);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(times.toReversed());
    },
  );

  test('tweets has no next page when the last one is just full', async () => {
    const code = newCode();
    await saveAt(store(), code, [NOON, NOON + 1, NOON + 2]);
    expect((await store().tweets(code, { limit: 3 })).next).toBeNull();
    expect((await store().tweets(code, { limit: 2 })).next).not.toBeNull();
  });

  test.each([
    ['since is inclusive', { since: NOON + 1 }, [60_000, 59_999, 2, 1]],
    ['until is exclusive', { until: NOON + 59_999 }, [2, 1, 0]],
    ['both', { since: NOON + 1, until: NOON + 2 }, [1]],
    ['whole minutes', { since: NOON + MINUTE, until: NOON + 2 * MINUTE }, [60_000]],
    ['an empty range', { since: NOON + 5, until: NOON + 5 }, []],
    ['ends the wrong way round', { since: NOON + 2, until: NOON }, []],
  ])('tweets and counts in a range: %s', async (_, range, expected) => {
    const code = newCode();
    await saveAt(
      store(),
      code,
      [0, 1, 2, 59_999, 60_000].map((ms) => NOON + ms),
    );
    expect(await timesOf(store(), code, range)).toEqual(expected);
    const counted = await store().counts(code, 'day', range);
    expect(counted.reduce((sum, { tweets }) => sum + tweets, 0)).toBe(expected.length);
  });

  test('tweets without a time of their own are at the beginning of their bucket', async () => {
    const code = newCode();
    const { t_created_at: _, ...row } = makeTweet({ event_name: code, t_id: idAt(NOON + 30_000) }).row;
    await store().saveTweets([{ row, raw: Buffer.from('{}'), writeTime: 1 }]);
    expect((await store().tweets(code, { limit: 5, until: NOON + 1 })).tweets).toEqual([row]);
    expect((await store().tweets(code, { limit: 5, since: NOON + 1 })).tweets).toEqual([]);
  });

  test('tweets whose stated time contradicts their id are found in their bucket', async () => {
    const code = newCode();
    await store().saveTweets([makeTweet({ event_name: code, t_id: idAt(NOON), t_created_at: 8.64e15 })]);
    const page = await store().tweets(code, { limit: 5, since: NOON, until: NOON + MINUTE });
    expect(page.tweets).toHaveLength(1);
  });

  test.each([
    '', 'x', '!!!', 'W10', 'bnVsbA', 'WzEsMl0', 'WyIxIiwiYSJd', 'WzEuNSwiYSJd', 'WzEsICJhIl0', 'W'.repeat(2_000), "' OR 1=1 --",
  ])('tweets refuses the cursor %.30s', async (cursor) => {
    for (const limit of [10, 1000]) {
      await expect(store().tweets(newCode(), { limit, cursor })).rejects.toThrow(BadCursor);
    }
  }); // prettier-ignore

  test('tweets of names that look like SQL are those of that name', async () => {
    const code = `x' OR '1'='1"; DROP TABLE tweet; -- ${newCode()}`;
    await saveAt(store(), code, [NOON]);
    expect(await timesOf(store(), code, {})).toEqual([0]);
    expect(await store().total(code)).toBe(1);
    expect(await store().total("x' OR '1'='1")).toBe(0);
  });

  test('counts are by UTC minute, hour and day, oldest first, without the empty ones', async () => {
    const code = newCode();
    const [h, d] = [60 * MINUTE, 24 * 60 * MINUTE];
    await saveAt(store(), code, [NOON + 1, NOON, NOON + MINUTE, NOON + 3 * h, NOON + 12 * h, NOON - 5 * d]);
    expect(await store().counts(code, 'minute', {})).toEqual([
      { start: NOON - 5 * d, tweets: 1 },
      { start: NOON, tweets: 2 },
      { start: NOON + MINUTE, tweets: 1 },
      { start: NOON + 3 * h, tweets: 1 },
      { start: NOON + 12 * h, tweets: 1 },
    ]);
    expect(await store().counts(code, 'hour', { since: NOON, until: NOON + 4 * h })).toEqual([
      { start: NOON, tweets: 3 },
      { start: NOON + 3 * h, tweets: 1 },
    ]);
    expect(await store().counts(code, 'day', {})).toEqual([
      { start: Date.UTC(2026, 1, 24), tweets: 1 },
      { start: Date.UTC(2026, 2, 1), tweets: 4 },
      { start: Date.UTC(2026, 2, 2), tweets: 1 },
    ]);
  });

  test('total is the number of distinct tweets', async () => {
    const code = newCode();
    expect(await store().total(code)).toBe(0);
    const tweets = Array.from({ length: 300 }, (_, n) =>
      makeTweet({ event_name: code, t_id: idAt(NOON + n * 900) }),
    );
    await Promise.all([0, 50, 100].map((from) => store().saveTweets(tweets.slice(from, from + 200))));
    expect(await store().total(code)).toBe(300);
  });
}
