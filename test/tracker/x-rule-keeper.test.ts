import { describe, expect, it } from 'vitest';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import type { Item } from '../../tracker/source.ts';
import { xRules } from '../../tracker/x-api.ts';
import { RuleKeeper } from '../../tracker/x-rule-keeper.ts';
import { wantedRules } from '../../tracker/x-rules.ts';
import { makeEvent } from '../factories.ts';
import { json, ruleBook, serve, type Handler } from './x-server.ts';

const named = (count: number, keyword = 'word'): CrisisEvent[] =>
  Array.from({ length: count }, (_, n) => makeEvent({ code: `event-${n}`, keywords: [`${keyword}${n}`] }));

interface Kept {
  readonly keeper: RuleKeeper;
  readonly values: () => string[];
  readonly requests: readonly string[];
}

async function keeping(
  answers: Readonly<Record<string, Handler>>,
  book: ReturnType<typeof ruleBook>,
  work: (kept: Kept) => Promise<void>,
): Promise<void> {
  await using server = await serve({ ...book.answers, ...answers });
  const keeper = new RuleKeeper('test', xRules(server.url, 't'), { settled: () => undefined, now: Date.now });
  const stop = new AbortController();
  const run = keeper.run(stop.signal);
  try {
    await work({ keeper, values: () => book.rules.map(({ value }) => value), requests: server.requests });
  } finally {
    stop.abort();
    await run;
  }
}

const silent: Handler = (response) => json(response, 200, { errors: [{ title: 'Oops' }] });

const refusedIn = (news: readonly Item[]): string[] =>
  news.flatMap((item) => (item.kind === 'refused' ? [item.event] : []));

describe('RuleKeeper', () => {
  it('collects for as many events as X takes, and says which ones are too many', async () => {
    const book = ruleBook(250);
    await keeping({}, book, async ({ keeper, values }) => {
      keeper.want(named(251));
      await expect.poll(() => keeper.count(), { timeout: 10_000 }).toBe(250);
      expect(values()).toHaveLength(250);
      expect(refusedIn(keeper.news())).toHaveLength(1);
    });
  });

  it('changes keywords also when X has no room for old and new rules together', async () => {
    const book = ruleBook(3);
    await keeping({}, book, async ({ keeper, values }) => {
      keeper.want(named(3));
      await expect.poll(() => keeper.count(), { timeout: 5_000 }).toBe(3);
      keeper.want(named(3, 'other'));
      await expect
        .poll(() => values().toSorted(), { timeout: 10_000 })
        .toEqual(['"other0"', '"other1"', '"other2"']);
      await expect.poll(() => keeper.count(), { timeout: 5_000 }).toBe(3);
    });
  });

  it('does not take a rule for one that is in force when X does not list it', async () => {
    const book = ruleBook();
    await keeping({ 'POST rules': silent }, book, async ({ keeper, requests }) => {
      keeper.want(named(1));
      await expect.poll(() => requests, { timeout: 5_000 }).toContain('POST rules');
      await expect.poll(() => requests.at(-1), { timeout: 5_000 }).toBe('GET rules');
      expect(keeper.count()).toBe(0);
    });
  });

  it('says once that X refuses a rule, and takes the others', { timeout: 40_000 }, async () => {
    const book = ruleBook();
    const picky: Handler = (response, body) => {
      const { add } = JSON.parse(body) as { add: { value: string; tag: string }[] };
      const [bad, ...good] = add;
      book.rules.push(...good.map((rule, n) => ({ id: String(n), ...rule })));
      json(response, 200, { errors: [{ value: bad!.value, title: 'UnprocessableEntity', details: ['no'] }] });
    };
    await keeping({ 'POST rules': picky }, book, async ({ keeper, requests }) => {
      keeper.want(named(2));
      await expect.poll(() => keeper.count(), { timeout: 5_000 }).toBe(1);
      expect(keeper.news().filter(({ kind }) => kind === 'refused')).toEqual([
        { kind: 'refused', event: 'event-0', keywords: ['word0'], reason: 'no' },
      ]);
      const before = requests.length;
      keeper.want(named(2));
      await expect.poll(() => requests.length, { timeout: 5_000 }).toBeGreaterThan(before);
      expect(refusedIn(keeper.news())).toEqual([]);
      expect(keeper.standing.refused).toEqual([
        { event: 'event-0', keywords: ['word0'], more: 0, reason: 'no' },
      ]);
    });
  });

  it('waits for a rule that a killed tracker has only just made before it says that it collects', async () => {
    const book = ruleBook();
    const justMade = String(BigInt(Date.now() - 5_000 - 1_288_834_974_657) << 22n);
    const [event] = named(1);
    const [rule] = wantedRules('test', [event!]);
    book.rules.push({ id: justMade, value: rule!.value, tag: rule!.tag });
    book.rules.push({ id: '7', value: '"old"', tag: 'epicenter/test/0123456789abcdef' });
    await keeping({}, book, async ({ keeper, values }) => {
      keeper.want([event!]);
      await expect.poll(() => keeper.count(), { timeout: 5_000 }).toBe(1);
      expect(keeper.news()).toEqual([]);
      expect(values()).toContain('"old"');
      expect(keeper.eventsOf(rule!.tag)).toEqual(['event-0']);
      expect(keeper.news()).toMatchObject([{ kind: 'collecting', events: ['event-0'] }]);
    });
  });

  it('makes the rules of a new event at once, also while old ones wait to be deleted', async () => {
    const book = ruleBook();
    await keeping({}, book, async ({ keeper, values }) => {
      keeper.want(named(1));
      await expect.poll(() => values(), { timeout: 5_000 }).toEqual(['"word0"']);
      keeper.want(named(1, 'other'));
      await expect.poll(() => values(), { timeout: 5_000 }).toEqual(['"word0"', '"other0"']);
      keeper.want(named(2, 'other'));
      await expect.poll(() => values(), { timeout: 5_000 }).toEqual(['"word0"', '"other0"', '"other1"']);
    });
  });

  it('tells which events nobody collects for when somebody deleted their rules at X, and asks for them again', async () => {
    const book = ruleBook(10);
    await keeping({}, book, async ({ keeper, values }) => {
      const events = named(2);
      keeper.want(events);
      await expect.poll(() => keeper.count(), { timeout: 5_000 }).toBe(2);
      for (const { tag } of wantedRules('test', events)) keeper.eventsOf(tag);
      expect(keeper.news()).toMatchObject([{ kind: 'collecting', events: ['event-0', 'event-1'] }]);
      book.rules.splice(0, 1);
      keeper.compare();
      await expect
        .poll(() => keeper.news(), { timeout: 5_000 })
        .toMatchObject([{ kind: 'uncollected', events: ['event-0'] }]);
      expect(keeper.collects('event-0')).toBe(false);
      expect(keeper.collects('event-1')).toBe(true);
      expect(values()).toHaveLength(2);
    });
  });
});
