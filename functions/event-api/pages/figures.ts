// An event's numbers: total, rate, the last hour minute by minute, gaps. Read at most every two seconds whoever asks.
// Does not read posts' texts.
import type { CrisisEvent } from '../../../sql/crisis-event.ts';
import type { Gap } from '../../../sql/ledger.ts';
import type { Count, Store } from '../../../sql/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FRESH_MS = 2_000;
const AT_REST_MS = 30_000;
// What is under way when an event is paused or archived still arrives.
const SETTLES_MS = 60_000;
// A slow read may take at most a tenth of the time, however many watch.
const SHARE = 10;

export interface Figures {
  readonly total: number;
  /** posts in the last minute of now, by their own time */
  readonly perMinute: number;
  /** 60 numbers, oldest first, one a minute */
  readonly hour: readonly number[];
  /** end of that hour, ms since 1970: now, or just after the newest post of an event that is over */
  readonly hourEnd: number;
  /** the newest post's minute, ms since 1970 */
  readonly newest: number | undefined;
  /** newest first */
  readonly gaps: readonly Gap[];
}

interface Kept<T> {
  readonly value: Promise<T>;
  /** when it was read, by `performance.now()`, and how long that took; Infinity while it is being read */
  readAt: number;
  took: number;
}

/** Calls `read` for a key at most every `freshMs`, or ten times as long as the last read took. Failures are not kept. */
export function remembered<T>(
  read: (key: string) => Promise<T>,
): (key: string, freshMs: number) => Promise<T> {
  const all = new Map<string, Kept<T>>();

  async function timed(key: string): Promise<T> {
    const began = performance.now();
    try {
      const value = await read(key);
      const ended = performance.now();
      const kept = all.get(key);
      if (kept !== undefined) Object.assign(kept, { readAt: ended, took: ended - began });
      return value;
    } catch (error) {
      all.delete(key);
      throw error;
    }
  }

  return (key, freshMs) => {
    const known = all.get(key);
    if (known !== undefined && performance.now() < known.readAt + Math.max(freshMs, SHARE * known.took)) {
      return known.value;
    }
    const value = timed(key);
    all.set(key, { value, readAt: Infinity, took: 0 });
    return value;
  };
}

/** The numbers of an event as of at most two seconds ago; of one that nothing is collected for, of half a minute. */
export type ReadFigures = (event: CrisisEvent) => Promise<Figures>;

export function figuresOf(store: Store): ReadFigures {
  const read = remembered((code) => readFigures(store, code));
  return (event) => {
    const moves = event.status === 'active' || Date.now() - Date.parse(event.updatedAt) < SETTLES_MS;
    return read(event.code, moves ? FRESH_MS : AT_REST_MS);
  };
}

async function readFigures(store: Store, code: string): Promise<Figures> {
  const now = Date.now();
  const [total, gaps, latest] = await Promise.all([
    store.total(code),
    store.gaps(code),
    store.tweets(code, { limit: 1 }),
  ]);
  const newest = latest.tweets[0]?.bucket;
  const hourEnd = hourEndOf(newest, now);
  const minutes = await store.counts(code, 'minute', { since: hourEnd - HOUR, until: hourEnd });
  const hour = everyMinute(minutes, hourEnd);
  return { total, gaps, newest, hour, hourEnd, perMinute: perMinuteOf(hour, hourEnd, now) };
}

/** The minute after now; for an event whose newest post is older than an hour, the minute after that one. */
export function hourEndOf(newest: number | undefined, now: number): number {
  const end = Math.floor(now / MINUTE) * MINUTE + MINUTE;
  return newest === undefined || newest >= end - HOUR ? end : newest + MINUTE;
}

function everyMinute(minutes: readonly Count[], end: number): number[] {
  const byStart = new Map(minutes.map(({ start, tweets }) => [start, tweets]));
  return Array.from({ length: 60 }, (_, index) => byStart.get(end - HOUR + index * MINUTE) ?? 0);
}

/** A sliding minute: what this one has so far, and of the one before the share that is still within sixty seconds. */
export function perMinuteOf(hour: readonly number[], end: number, now: number): number {
  if (now >= end) return 0;
  const rest = (end - now) / MINUTE;
  return (hour.at(-1) ?? 0) + (hour.at(-2) ?? 0) * Math.min(1, rest);
}
