import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeEvent } from '../factories.ts';
import { closedGap, ended, quickSearch, scene, type Scene } from './gap-filler-fixture.ts';
import { refusing, type Archive } from './x-archive.ts';

let here: Scene;
let server: Archive;
/** a minute, an hour ago */
let from: number;
let to: number;
const flood = makeEvent({ code: 'flood', keywords: ['flood', 'dam'] });

beforeEach(async () => {
  here = await scene();
  ({ server, from, to } = here);
});

afterEach(() => here.close());

describe('GapFiller', () => {
  it('never reads more than a day’s budget, and says that it goes on tomorrow', async () => {
    server.posts.push(...here.during(300, 'flood'));
    const running = here.run(quickSearch(server.url, { postsPerDay: 125 }), [flood]);
    running.filler.closed([closedGap('flood', from, to)]);
    const said = () => running.notes.at(-1)?.note;
    await expect
      .poll(said, { timeout: 5_000 })
      .toMatch(/^Search 1 of 2, .* read in a day were read.*00:00 UTC/);
    // A gap that closes meanwhile is told of, too.
    running.filler.closed([closedGap('flood', from, to, 'another')]);
    expect(running.notes.at(-1)).toMatchObject({
      reason: 'another',
      note: expect.stringContaining('read in a day'),
    });
    await running.stop();
    expect(server.asked.map((query) => query.get('max_results'))).toEqual(['100', '25']);
    const { spent, fills } = running.filler.standing;
    expect(spent).toMatchObject({ today: 125, perDay: 125 });
    expect(fills).toHaveLength(2);
    // The next tracker knows, too.
    const next = here.run(quickSearch(server.url, { postsPerDay: 130 }), [flood], {
      spent,
      fills,
      lookedBack: [],
    });
    await expect.poll(() => next.notes.at(-1)?.note, { timeout: 5_000 }).toMatch(/read in a day.*00:00 UTC/);
    expect(next.notes.map(({ recovered }) => recovered).toSorted((a, b) => a - b)).toEqual([0, 125]);
    await next.stop();
    expect(server.asked).toHaveLength(2);
  });

  it('has a page paid for before it is asked for', async () => {
    server.posts.push(...here.during(3, 'flood'));
    let paid: number | undefined;
    const running = here.run(quickSearch(server.url), [flood]);
    server.before = () => {
      paid ??= running.left()?.spent.today;
    };
    running.filler.closed([closedGap('flood', from, to)]);
    await ended(running);
    await running.stop();
    expect(paid).toBe(100);
    expect(running.filler.standing.spent.today).toBe(6);
  });

  it('goes on where the tracker before it was stopped, and loses and counts nothing twice', async () => {
    server.posts.push(...here.during(350, 'flood'));
    const first = here.run(quickSearch(server.url, { paceMs: 150 }), [flood]);
    first.filler.closed([closedGap('flood', from, to)]);
    await expect.poll(() => server.asked.length, { timeout: 5_000 }).toBe(3);
    await first.stop();
    const left = first.left();
    expect(left?.fills[0]?.next).not.toBeNull();
    const before = server.asked.length;
    const second = here.run(quickSearch(server.url), [flood], left);
    await ended(second);
    await second.stop();
    expect(new Set(await here.stored('flood')).size).toBe(350);
    expect(second.notes.at(-1)?.recovered).toBe(350);
    // The first round is not begun again, and the second is whole.
    expect(server.asked.length - before).toBeLessThanOrEqual(2 + 4);
  });

  it('tries again as X asks, tells of it, and gives up nothing', async () => {
    server.posts.push(...here.during(5, 'flood'));
    server.instead.push(
      refusing(
        429,
        { title: 'Too Many Requests' },
        { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(Math.ceil(Date.now() / 1_000) + 1) },
      ),
    );
    const running = here.run(quickSearch(server.url), [flood]);
    running.filler.closed([closedGap('flood', from, to)]);
    await ended(running, 2);
    await running.stop();
    expect(running.reports).toEqual([expect.stringContaining('answered 429')]);
    expect(running.notes[0]?.note).toMatch(/^Search 1 of 2.*tried again.*429/);
    expect(running.notes.at(-1)?.recovered).toBe(5);
    expect(running.filler.standing.spent.today).toBe(10);
  });

  it('says which search X refused, and goes on with the others', async () => {
    const keywords = ['flood', ...Array.from({ length: 60 }, (_, n) => `keyword${n}`)];
    server.posts.push(...here.during(4, 'keyword59'));
    const refusal = refusing(400, { errors: [{ message: 'no such word' }] });
    server.instead.push(refusal, undefined, refusal, undefined);
    const running = here.run(quickSearch(server.url), [makeEvent({ ...flood, keywords })]);
    running.filler.closed([closedGap('flood', from, to)]);
    await ended(running);
    await running.stop();
    expect(running.notes.at(-1)).toMatchObject({
      recovered: 4,
      note: expect.stringContaining(
        "Some keywords could not be searched for: X's search answered 400: no such word",
      ),
    });
  });

  it('searches nothing with a budget of 0, and says so', async () => {
    const running = here.run(quickSearch(server.url, { postsPerDay: 0 }), [flood]);
    running.filler.closed([closedGap('flood', from, to)]);
    await running.stop();
    expect(running.notes.map(({ note }) => note)).toEqual([
      expect.stringContaining('switched off (X_SEARCH_POSTS_PER_DAY is 0)'),
    ]);
    expect(running.filler.standing.fills).toEqual([]);
    expect(server.asked).toEqual([]);
  });

  it('holds no more than a record has room for, and says of the rest that it is not searched', async () => {
    const keywords = Array.from({ length: 500 }, (_, n) => `${n} ${'x'.repeat(110)}`);
    const running = here.run(quickSearch(server.url, { firstMs: 60_000 }), [
      makeEvent({ ...flood, keywords }),
    ]);
    for (let n = 0; n < 20; n += 1) running.filler.closed([closedGap('flood', from + n, to)]);
    await running.stop();
    expect(JSON.stringify(running.filler.standing).length).toBeLessThan(500_000);
    expect(running.filler.standing.fills.length + running.notes.length).toBe(20);
    for (const { note } of running.notes) expect(note).toContain('too many gaps wait');
  });
});
