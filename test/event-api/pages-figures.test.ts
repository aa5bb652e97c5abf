// The pure parts behind the pages' numbers, and the two pieces that keep watching cheap.
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { scaleTop, series, stepFor, withGaps } from '../../functions/event-api/pages/chart.ts';
import { feed } from '../../functions/event-api/pages/feed.ts';
import { hourEndOf, perMinuteOf, remembered } from '../../functions/event-api/pages/figures.ts';
import { count, rate, span } from '../../functions/event-api/pages/format.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.parse('2012-10-29T12:00:00Z');

describe('a series', () => {
  it.each([
    [10 * MINUTE, MINUTE],
    [3 * HOUR, 2 * MINUTE],
    [DAY, 15 * MINUTE],
    [7 * DAY, 2 * HOUR],
    [90 * DAY, DAY],
    [300 * DAY, 7 * DAY],
  ])('of %d ms has steps of %d ms', (length, step) => {
    expect(stepFor(length)).toBe(step);
  });

  it('has from 12 to 120 bars whatever its length, also of a date in the year 275760', () => {
    for (const length of [1, MINUTE, 59 * MINUTE, 121 * MINUTE, DAY, 11 * DAY, 400 * DAY, 8.6e15]) {
      for (const offset of [0, 17_000, HOUR - 1]) {
        const { bars } = series([], NOON + offset, NOON + offset + length);
        expect(bars.length, `${length} ms`).toBeGreaterThanOrEqual(12);
        expect(bars.length, `${length} ms`).toBeLessThanOrEqual(120);
      }
    }
  });

  it('adds what falls into one bar, leaves the others empty and loses nothing', () => {
    const counts = [0, 1, 2, 179].map((minute) => ({ start: NOON + minute * MINUTE, tweets: 10 + minute }));
    const { step, bars } = series(counts, NOON, NOON + 3 * HOUR);
    expect(step).toBe(2 * MINUTE);
    expect(bars).toHaveLength(90);
    expect(bars.filter(({ tweets }) => tweets > 0)).toEqual([
      { start: NOON, tweets: 21 },
      { start: NOON + 2 * MINUTE, tweets: 12 },
      { start: NOON + 178 * MINUTE, tweets: 189 },
    ]);
  });

  it('cuts gaps at its ends, lets an open one last until now and leaves out those outside', () => {
    const at = (minutes: number): string => new Date(NOON + minutes * MINUTE).toISOString();
    const gap = (from: number, to: number | null): Parameters<typeof withGaps>[1][number] => ({
      event: 'sandy',
      from: at(from),
      to: to === null ? null : at(to),
      reason: 'cut off',
      recovered: 0,
      note: '',
    });
    const bars = series([], NOON, NOON + HOUR);
    const { gaps } = withGaps(bars, [gap(50, null), gap(-60, 5), gap(-60, -50)], NOON + 55 * MINUTE);
    expect(gaps.map(({ from, to }) => [(from - NOON) / MINUTE, (to - NOON) / MINUTE])).toEqual([
      [50, 55],
      [0, 5],
    ]);
  });

  it.each([
    [0, 4],
    [4, 4],
    [5, 6],
    [11, 20],
    [220, 300],
    [999, 1000],
    [1000, 1000],
  ])('whose highest bar is %d has a scale up to %d', (highest, top) => {
    expect(scaleTop(highest)).toBe(top);
  });
});

describe('figures', () => {
  it('count the last sixty seconds: this minute, and of the one before what is not yet over', () => {
    const hour = [...Array.from({ length: 58 }, () => 0), 60, 10];
    const end = NOON + MINUTE;
    expect(perMinuteOf(hour, end, NOON + 15_000)).toBe(10 + 60 * 0.75);
    expect(perMinuteOf(hour, end, end + HOUR)).toBe(0);
  });

  it('are of the hour up to now, or up to the newest post of an event that is over', () => {
    expect(hourEndOf(undefined, NOON + 1)).toBe(NOON + MINUTE);
    expect(hourEndOf(NOON - 59 * MINUTE, NOON)).toBe(NOON + MINUTE);
    expect(hourEndOf(NOON - DAY, NOON)).toBe(NOON - DAY + MINUTE);
  });

  it('are written with thin spaces, and spans in their two largest units', () => {
    expect([count(1_234_567), rate(0.25), rate(12_345.6)]).toEqual([
      '1\u202f234\u202f567',
      '0.3',
      '12\u202f346',
    ]);
    expect([span(900), span(59_999), span(90_000), span(2 * HOUR), span(25 * HOUR)]).toEqual([
      'under 1 s',
      '59 s',
      '1 min 30 s',
      '2 h',
      '1 d 1 h',
    ]);
  });
});

describe('a remembered read', () => {
  it('is asked once while it is fresh, however many ask, and anew afterwards', async () => {
    let reads = 0;
    const read = remembered(async (key) => `${key} ${++reads}`);
    expect(await Promise.all([read('a', 50), read('a', 50), read('b', 50)])).toEqual(['a 1', 'a 1', 'b 2']);
    await setTimeout(80);
    expect(await read('a', 50)).toBe('a 3');
  });

  it('is as fresh as whoever asks needs it, whoever asked before', async () => {
    let reads = 0;
    const read = remembered(async () => ++reads);
    await read('', 10_000);
    await setTimeout(50);
    expect([await read('', 10_000), await read('', 20)]).toEqual([1, 2]);
  });

  it('may take a tenth of the time: a slow one is kept for longer', async () => {
    let reads = 0;
    const read = remembered(async () => {
      await setTimeout(30);
      return ++reads;
    });
    await read('', 1);
    await setTimeout(100);
    expect(await read('', 1)).toBe(1);
    await setTimeout(300);
    expect(await read('', 1)).toBe(2);
  });

  it('that fails is not kept', async () => {
    let reads = 0;
    const read = remembered(async () => {
      reads += 1;
      if (reads === 1) throw new Error('The database is away.');
      return reads;
    });
    await expect(read('', 10_000)).rejects.toThrow('The database is away.');
    expect(await read('', 10_000)).toBe(2);
  });
});

describe('a feed', () => {
  it('reads once for all watchers, and not at all when nobody watches', async () => {
    let reads = 0;
    const { watch } = feed(
      async () => ++reads,
      20,
      () => undefined,
    );
    await setTimeout(60);
    expect(reads).toBe(0);
    const gone = new AbortController();
    const seen = await Promise.all([1, 2, 3].map(() => first(watch(gone.signal), 3)));
    expect(seen[0]).toEqual([{ value: 1 }, { value: 2 }, { value: 3 }]);
    expect(seen[1]).toEqual(seen[0]);
    const after = reads;
    await setTimeout(120);
    expect(reads).toBeLessThanOrEqual(after + 1);
    gone.abort();
  });

  it('ends for a watcher who goes and goes on for the others', async () => {
    const { watch } = feed(
      async () => 'x',
      10,
      () => undefined,
    );
    const [going, staying] = [new AbortController(), new AbortController()];
    const gone = first(watch(going.signal), Infinity);
    const stays = first(watch(staying.signal), 5);
    going.abort();
    await gone;
    expect(await stays).toHaveLength(5);
  });
});

async function first<T>(from: AsyncIterable<T>, most: number): Promise<T[]> {
  const seen: T[] = [];
  for await (const item of from) {
    seen.push(item);
    if (seen.length >= most) break;
  }
  return seen;
}
