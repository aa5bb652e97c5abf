import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { makeEvent } from '../factories.ts';
import { closedGap, ended, quickSearch, scene, type Scene } from './gap-filler-fixture.ts';
import { postAt, type Archive, type Kept } from './x-archive.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let here: Scene;
let server: Archive;
/** a minute, an hour ago */
let from: number;
let to: number;
const flood = makeEvent({ code: 'flood', keywords: ['flood', 'dam'] });
const idsOf = (posts: readonly Kept[]): string[] => posts.map(({ id }) => id).toSorted();

beforeEach(async () => {
  here = await scene();
  ({ server, from, to } = here);
});

afterEach(() => here.close());

describe('GapFiller', () => {
  it('brings every post of a gap that search finds, via search, and counts each once', async () => {
    const inside = [
      ...here.during(250, 'flood'),
      ...here.during(30, 'dam and flood').map((post, n) => ({ ...post, id: postAt(from + n, '', 9).id })),
    ];
    server.posts.push(
      ...inside,
      postAt(from - 1, 'flood'),
      postAt(to + 1, 'flood'),
      postAt(from, 'fire', 77),
    );
    const running = here.run(quickSearch(server.url), [flood]);
    running.filler.closed([closedGap('flood', from, to)]);
    await ended(running);
    await running.stop();
    expect([...new Set(await here.stored('flood'))].toSorted()).toEqual(idsOf(inside));
    for (const { envelope } of await here.postsOf('flood')) expect(envelope.via).toBe('search');
    const last = running.notes.at(-1)!;
    expect(last).toMatchObject({ kind: 'gap.filled', event: 'flood', recovered: 280 });
    expect([last.from, last.to]).toEqual([new Date(from).toISOString(), new Date(to).toISOString()]);
    expect(last.note).toMatch(
      /^Searched, last at .* UTC\. The stream may have.* Search does not find retweets/,
    );
    expect(last.note).not.toContain('omplete');
    // Twice through: the index may have lagged.
    expect(
      server.asked.filter((query) => query.get('since_id') === server.asked[0]!.get('since_id')),
    ).toHaveLength(6);
    expect(running.budget.spent.today).toBe(560);
  });

  it('finds in its second round what the index did not have in the first', async () => {
    server.posts.push(...here.during(5, 'flood'));
    const running = here.run(quickSearch(server.url, { againMs: 200 }), [flood]);
    running.filler.closed([closedGap('flood', from, to)]);
    await expect.poll(() => running.notes.length, { timeout: 5_000 }).toBe(1);
    expect(running.notes[0]).toMatchObject({
      recovered: 5,
      note: expect.stringMatching(/^Search 1 of 2, .*done; it asks once more/),
    });
    server.posts.push(postAt(to, 'dam'));
    await ended(running);
    await running.stop();
    expect(running.notes.at(-1)).toMatchObject({ recovered: 6 });
    expect(new Set(await here.stored('flood')).size).toBe(6);
  });

  it('asks for more keywords than a query has room for in several, and counts a post of two of them once', async () => {
    const keywords = Array.from({ length: 80 }, (_, n) => `keyword${n}`);
    server.posts.push(
      ...here.during(10, 'keyword0'),
      ...here
        .during(10, 'keyword0 keyword79')
        .map((post, n) => ({ ...post, id: postAt(from + n, '', 99).id })),
    );
    const running = here.run(quickSearch(server.url), [makeEvent({ ...flood, keywords })]);
    running.filler.closed([closedGap('flood', from, to)]);
    await ended(running);
    await running.stop();
    expect(new Set(server.asked.map((query) => query.get('query'))).size).toBeGreaterThan(1);
    expect(running.notes.at(-1)?.recovered).toBe(20);
  });

  it('stops at once for an event that is archived, also one whose page is under way', async () => {
    server.posts.push(...here.during(30, 'flood'));
    const running = here.run(quickSearch(server.url), [flood]);
    const archived: CrisisEvent = { ...flood, status: 'archived', version: 2 };
    server.before = () => running.filler.want(new Map([['flood', archived]]));
    running.filler.closed([closedGap('flood', from, to)]);
    await ended(running);
    await expect.poll(() => running.filler.standing.spent.today, { timeout: 5_000 }).toBe(30);
    running.filler.closed([closedGap('flood', from + 5, to)]);
    await running.stop();
    expect(await here.stored('flood')).toEqual([]);
    expect(server.asked).toHaveLength(1);
    expect(running.notes.map(({ note }) => note)).toEqual([expect.stringContaining('event was archived')]);
    const next = here.run(quickSearch(server.url), [archived], {
      ...running.filler.standing,
      fills: here.run(quickSearch(server.url), [flood]).filler.standing.fills,
    });
    expect(next.filler.standing.fills).toEqual([]);
    await next.stop();
  });

  it('searches no further back than X does, and says from when on', async () => {
    const running = here.run(quickSearch(server.url), [flood]);
    const now = Date.now();
    running.filler.closed([
      closedGap('flood', now - 9 * DAY, now - 8 * DAY),
      closedGap('flood', now - 9 * DAY, now, 'longer'),
    ]);
    await ended(running, 4);
    await running.stop();
    const last = (reason: string) => running.notes.findLast((note) => note.reason === reason)!.note;
    expect(last('X closed the stream')).toContain(
      `Nothing before ${new Date(now - 8 * DAY).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    );
    expect(last('longer')).toContain('Nothing before');
    for (const query of server.asked) {
      const since = Number((BigInt(query.get('since_id')!) >> 22n) + 1_288_834_974_657n);
      expect(since).toBeGreaterThan(now - 7 * DAY);
      expect(since).toBeLessThan(now - 7 * DAY + 900_000 + HOUR * 24 * 7);
    }
  });

  it('takes the shortest of the gaps that wait first, and repeats only the last hour of a long one', async () => {
    const week = Date.now() - 6 * DAY;
    server.posts.push(
      ...Array.from({ length: 30 }, (_, n) => postAt(week + n * 4 * HOUR, 'flood')),
      postAt(to, 'flood'),
    );
    const running = here.run(quickSearch(server.url), [flood]);
    running.filler.closed([closedGap('flood', week, to), closedGap('flood', from, to, 'short')]);
    await ended(running, 4);
    await running.stop();
    const spans = server.asked.map((query) =>
      Number((BigInt(query.get('until_id')!) - BigInt(query.get('since_id')!)) >> 22n),
    );
    expect(spans[0]).toBeLessThan(61_000);
    expect(running.notes.findLast(({ reason }) => reason !== 'short')?.recovered).toBe(31);
    expect(spans.filter((span) => span > DAY)).toHaveLength(1);
    expect(spans.at(-1)).toBeLessThanOrEqual(HOUR + 2);
  });

  it('looks back once for an event that asks for it, also beyond a restart', async () => {
    const since = new Date(Date.now() - 2 * HOUR).toISOString();
    const event = makeEvent({ ...flood, createdAt: new Date().toISOString(), collectSince: since });
    server.posts.push(...here.during(12, 'flood'));
    const running = here.run(quickSearch(server.url), [event]);
    await ended(running, 3);
    await running.stop();
    const [opened] = running.notes;
    expect(opened).toMatchObject({
      kind: 'gap.closed',
      from: since,
      reason: expect.stringContaining('look back'),
    });
    expect(running.notes.at(-1)).toMatchObject({ kind: 'gap.filled', from: since, recovered: 12 });
    const next = here.run(quickSearch(server.url), [event], running.filler.standing);
    await next.stop();
    expect(next.notes).toEqual([]);
  });
});
