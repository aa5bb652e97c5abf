// Counts over time as bars: which step, which bars, which gaps. Pure; drawing is chart-svg.ts.
import type { Gap } from '../../../sql/ledger.ts';
import type { Count, Step, Store } from '../../../sql/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MOST_BARS = 120;
const FEWEST_BARS = 12;

// Steps that a person reads easily; each is a whole number of one that the store counts by.
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 364].map((n) => n * DAY),
];

export const spans = { hour: 'Last hour', day: 'Last 24 hours', all: 'Everything' } as const;
export type Span = keyof typeof spans;

export interface Bar {
  /** ms since 1970 */
  readonly start: number;
  readonly tweets: number;
}

export interface Series {
  /** of one bar, in ms */
  readonly step: number;
  /** from here to there, ms since 1970, whole steps */
  readonly from: number;
  readonly to: number;
  /** one for each step, empty ones too */
  readonly bars: readonly Bar[];
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly reason: string }[];
}

/** The smallest step that gives at most 120 bars. */
export function stepFor(length: number): number {
  const readable = STEPS.find((step) => length / step <= MOST_BARS - 1);
  return readable ?? Math.ceil(length / (MOST_BARS - 1) / DAY) * DAY;
}

/** Whole steps that cover from–to; a short time is filled up backwards to twelve. */
export function series(counts: readonly Count[], from: number, to: number): Series {
  const step = stepFor(to - from);
  const last = Math.max(Math.ceil(to / step), Math.floor(from / step) + 1);
  const first = Math.min(Math.floor(from / step), last - FEWEST_BARS);
  const bars = Array.from({ length: last - first }, (_, index) => ({
    start: (first + index) * step,
    tweets: 0,
  }));
  for (const { start, tweets } of counts) {
    const bar = bars[Math.floor(start / step) - first];
    if (bar !== undefined) bar.tweets += tweets;
  }
  return { step, from: first * step, to: last * step, bars, gaps: [] };
}

/** The gaps that lie within the series, cut at its ends; one that still lasts reaches to `now`. */
export function withGaps(bars: Series, gaps: readonly Gap[], now: number): Series {
  const within = gaps.flatMap(({ from, to, reason }) => {
    const start = Math.max(Date.parse(from), bars.from);
    const end = Math.min(to === null ? now : Date.parse(to), bars.to);
    return end > start ? [{ from: start, to: end, reason }] : [];
  });
  return { ...bars, gaps: within };
}

/** The round number that the scale ends at, at least 4; its half is a whole number, too. */
export function scaleTop(highest: number): number {
  if (highest <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(highest));
  const round = power === 1 ? [4, 6, 8, 10] : [1, 2, 3, 4, 5, 6, 8, 10];
  return power * (round.find((n) => n * power >= highest) ?? 10);
}

/** Reads what a chart of `span` shows; undefined when there is nothing to count. */
export async function readSeries(
  store: Store,
  code: string,
  span: Span,
  now: number,
): Promise<Series | undefined> {
  const [from, to] = span === 'all' ? await wholeTime(store, code, now) : [now - lengths[span], now];
  if (from === undefined) return undefined;
  const step = stepFor(to - from);
  const unit: Step = step < HOUR ? 'minute' : step < DAY ? 'hour' : 'day';
  const counts = await store.counts(code, unit, { since: from - FEWEST_BARS * step });
  return series(counts, from, Math.max(to, (counts.at(-1)?.start ?? 0) + 1));
}

const lengths = { hour: HOUR, day: DAY } as const;

/** From the first to the last minute with a post; up to now unless that would be mostly emptiness. */
async function wholeTime(
  store: Store,
  code: string,
  now: number,
): Promise<[from: number | undefined, to: number]> {
  const days = await store.counts(code, 'day', {});
  const [first, last] = [days[0]?.start, days.at(-1)?.start];
  if (first === undefined || last === undefined) return [undefined, now];
  const [opening, closing] = await Promise.all([
    store.counts(code, 'minute', { since: first, until: first + DAY }),
    store.counts(code, 'minute', { since: last, until: last + DAY }),
  ]);
  const end = (closing.at(-1)?.start ?? last) + MINUTE;
  const start = opening[0]?.start ?? first;
  return [start, now - end < Math.max(HOUR, end - start) ? Math.max(now, end) : end];
}
