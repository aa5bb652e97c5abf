// What becomes of the rules that X does not take, and of those that are not ours: on a server that answers as X does.
import { describe, expect, it } from 'vitest';
import { xRules } from '../../tracker/x-api.ts';
import { RuleKeeper } from '../../tracker/x-rule-keeper.ts';
import { wantedRules } from '../../tracker/x-rules.ts';
import { makeEvent } from '../factories.ts';
import { ruleBook, serve } from './x-server.ts';

const named = (count: number) =>
  Array.from({ length: count }, (_, n) => makeEvent({ code: `event-${n}`, keywords: [`word${n}`] }));

interface Kept {
  readonly keeper: RuleKeeper;
  readonly values: () => string[];
}

async function keeping(
  book: ReturnType<typeof ruleBook>,
  work: (kept: Kept) => Promise<void>,
): Promise<void> {
  await using server = await serve(book.answers);
  const keeper = new RuleKeeper('test', xRules(server.url, 't'), { settled: () => undefined, now: Date.now });
  const stop = new AbortController();
  const run = keeper.run(stop.signal);
  try {
    await work({ keeper, values: () => book.rules.map(({ value }) => value) });
  } finally {
    stop.abort();
    await run;
  }
}

describe('RuleKeeper', () => {
  it('takes all keywords of a rule but the one that X refuses it for', async () => {
    const book = ruleBook(1_000, (value) => value.includes('"the"'));
    await keeping(book, async ({ keeper, values }) => {
      const event = makeEvent({ code: 'flood', keywords: ['flood', 'the', 'high water'] });
      const allowed = { ...event, keywords: ['flood', 'high water'] };
      keeper.want([event]);
      await expect.poll(values, { timeout: 5_000 }).toEqual(['"flood" OR ("high" "water")']);
      await expect.poll(() => keeper.count(), { timeout: 5_000 }).toBe(1);
      expect(keeper.standing.refused).toEqual([
        { event: 'flood', keywords: ['the'], more: 0, reason: '"the" is too common' },
      ]);
      for (const { tag } of wantedRules('test', [allowed])) keeper.eventsOf(tag);
      expect(keeper.news()).toContainEqual(
        expect.objectContaining({ kind: 'collecting', events: ['flood'] }),
      );
      keeper.want([allowed]);
      await expect.poll(() => keeper.standing.refused, { timeout: 5_000 }).toEqual([]);
      expect(values()).toEqual(['"flood" OR ("high" "water")']);
    });
  });

  it('leaves the newest event without rules where X has no room, and what it collected goes on', async () => {
    const book = ruleBook(2);
    await keeping(book, async ({ keeper, values }) => {
      const [first, second] = named(2);
      const newest = makeEvent({
        code: 'newest',
        keywords: ['newest'],
        createdAt: '2026-03-02T12:00:00.000Z',
      });
      keeper.want([newest, first!, second!]);
      await expect.poll(() => keeper.count(), { timeout: 5_000 }).toBe(2);
      expect(values()).toEqual(['"word0"', '"word1"']);
      expect(keeper.standing.refused).toMatchObject([{ event: 'newest', keywords: ['newest'] }]);
      expect(keeper.standing.refused[0]!.reason).toMatch(/no more rules/);
      expect(keeper.collects('newest')).toBe(false);
    });
  });

  it('tells of rules that are not ours and leaves them alone', async () => {
    const book = ruleBook();
    book.rules.push(
      { id: '1', value: 'cat has:images', tag: 'pets' },
      { id: '2', value: '"old"', tag: 'epicenter/former/0123456789abcdef' },
    );
    await keeping(book, async ({ keeper, values }) => {
      keeper.want(named(1));
      await expect.poll(() => keeper.standing.foreignRules.count, { timeout: 5_000 }).toBe(2);
      expect(keeper.standing.foreignRules).toEqual({
        count: 2,
        ofOtherInstalls: 1,
        examples: [
          { value: 'cat has:images', tag: 'pets' },
          { value: '"old"', tag: 'epicenter/former/0123456789abcdef' },
        ],
      });
      expect(values()).toEqual(['cat has:images', '"old"', '"word0"']);
    });
  });
});
