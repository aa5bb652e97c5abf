// How long to wait before the next connect: X's documented schedule (facts/x-api §1.4), pure.

export type Failure =
  | { readonly kind: 'closed' }
  | { readonly kind: 'network' }
  | { readonly kind: 'server' }
  | { readonly kind: 'rate-limit'; readonly resetAt: number | undefined }
  /** another connection of this app is open, perhaps that of a tracker that died */
  | { readonly kind: 'too-many-connections' }
  /** our own limit on posts is reached */
  | { readonly kind: 'used-up'; readonly waitMs: number }
  /** credits are out, or the token may not stream: nothing that a quick retry would mend */
  | { readonly kind: 'refused' };

/** Failures of one kind in a row, since something was last heard. */
export interface Attempts {
  readonly kind: Failure['kind'] | undefined;
  readonly count: number;
}

export const NO_ATTEMPTS: Attempts = { kind: undefined, count: 0 };
export const WINDOW_MS = 15 * 60_000;
/** X allows 50 connects in 15 minutes; the rest is left for a person. */
export const MAX_CONNECTS = 45;
const SECOND = 1_000;
const MIN_BETWEEN_CONNECTS = 2 * SECOND;
/** X may count a connect as much later than we do: then it is given up. */
const SEEN_WITHIN_MS = 10 * SECOND;

export function failed(attempts: Attempts, failure: Failure): Attempts {
  return { kind: failure.kind, count: attempts.kind === failure.kind ? attempts.count + 1 : 1 };
}

/** ms to wait after the given attempts; the first reconnect after a working connection is at once. */
export function delayOf(attempts: Attempts, failure: Failure, now: number): number {
  const n = attempts.count;
  switch (failure.kind) {
    case 'closed':
      return n <= 1 ? 0 : Math.min(250 * (n - 1), 16 * SECOND);
    case 'network':
      return Math.min(250 * n, 16 * SECOND);
    case 'server':
      return Math.min(5 * SECOND * 2 ** (n - 1), 320 * SECOND);
    case 'rate-limit':
      // A limit is never further away than its window: a later reset says that one of the clocks is wrong.
      return Math.max(limited(n), Math.min((failure.resetAt ?? 0) - now, WINDOW_MS));
    case 'too-many-connections':
      return limited(n);
    case 'used-up':
      return failure.waitMs;
    default:
      return 5 * 60 * SECOND;
  }
}

function limited(attempts: number): number {
  return Math.min(60 * SECOND * 2 ** (attempts - 1), WINDOW_MS);
}

/** As many of the last connects as {@link earliestConnect} looks at, with one at `now`. */
export function connectedAt(connects: readonly number[], now: number): number[] {
  return [...connects, now].slice(-MAX_CONNECTS);
}

/** The earliest time, ms, at which one more connect keeps the limit; `connects` are the times of the former ones, oldest first. */
export function earliestConnect(connects: readonly number[], now: number): number {
  // What lies ahead is from before the clock was set back: it must not keep us away until the clock is there again.
  const past = connects.filter((at) => at <= now);
  const last = past.at(-1);
  const spaced = last === undefined ? now : Math.max(now, last + MIN_BETWEEN_CONNECTS);
  const oldest = past.at(-MAX_CONNECTS);
  return oldest === undefined ? spaced : Math.max(spaced, oldest + WINDOW_MS + SEEN_WITHIN_MS);
}
