import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, asyncProperty, nat, shuffledSubarray, tuple } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GapFill } from '../../eventing/collection.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import type { Store } from '../../sql/store.ts';
import { newFill } from '../../tracker/gap-queue.ts';
import * as words from '../../tracker/gap-words.ts';
import { Gaps } from '../../tracker/gaps.ts';
import { makeEvent, newCode } from '../factories.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
let dir: string;
let store: Store;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'epicenter-gap-words-'));
  store = await openSqliteStore(dir);
});

afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

/** All that the ledger hears of one gap, in the order in which it is said. */
function told(code: string, posts: readonly [number, number, number]): words.GapNote[] {
  const gaps = new Gaps(undefined, NOON);
  const event = makeEvent({ code });
  gaps.want([event], NOON);
  gaps.collecting([code], NOON + 60_000);
  const opened = new Gaps(undefined, NOON).want([event], NOON);
  const closed = gaps.connected(NOON + 60_000);
  const fill: GapFill = newFill({ ...closed[0]!, to: closed[0]!.to! }, ['flood'], NOON);
  const [first, more, second] = posts;
  const rounds: [GapFill, string][] = [
    [{ ...fill, late: first }, words.GOES_ON],
    [{ ...fill, late: first }, words.USED_UP],
    [{ ...fill, late: first + more }, words.failing('gone')],
    [{ ...fill, late: first + more }, words.again(NOON + 400_000)],
    [{ ...fill, late: first + more, round: 2 }, words.GOES_ON],
  ];
  const still = rounds.map(([state, next], n) =>
    words.filled(state, words.stillSearching(state, NOON + 100_000 * (n + 1), next)),
  );
  const last = { ...fill, round: 2, late: first + more, again: first + more + second };
  return [
    ...opened,
    ...closed,
    ...still,
    words.filled(last, words.searched(last, NOON + 900_000, 'misses much')),
  ];
}

describe('the words of a gap', () => {
  it('leave the last one in the ledger, in whatever order the notes arrive', async () => {
    const few = nat({ max: 2 });
    const notes = tuple(few, few, few).map((posts) => told(newCode(), posts));
    const order = notes.chain((all) =>
      shuffledSubarray(all, { minLength: all.length }).map((shuffled) => ({ all, shuffled })),
    );
    await assert(
      asyncProperty(order, async ({ all, shuffled }) => {
        const [{ event }] = all as [words.GapNote];
        for (const { kind: _, ...gap } of shuffled) await store.saveGap(gap);
        const { kind: _, ...last } = all.at(-1)!;
        expect(await store.gaps(event)).toEqual([last]);
      }),
      { numRuns: 40 },
    );
  });

  it('outdo what was said before where search ends early', () => {
    const still = words.stillSearching(
      newFill({ event: 'flood', from: '', to: '', reason: '' }, [], 0),
      NOON,
      '',
    );
    for (const end of [words.ARCHIVED, words.SWITCHED_OFF, words.TOO_MANY]) {
      expect(Buffer.compare(Buffer.from(end), Buffer.from(still))).toBe(1);
    }
  });

  it('never say that all is there', () => {
    for (const { note } of told('flood', [1, 1, 1]))
      expect(note).not.toMatch(/complete|all posts|everything/i);
  });
});
