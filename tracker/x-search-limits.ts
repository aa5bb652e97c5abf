// What X's search may be asked, and when: ids made from times, and the wait that its answers ask for. Pure.

const SNOWFLAKE_EPOCH = 1_288_834_974_657;
/** A limit is never further away than its window: a later reset says that one of the clocks is wrong. */
const WINDOW_MS = 15 * 60_000;

/** The first id of a millisecond, as X makes them: the time in all but the lowest 22 bits. */
const firstIdOf = (ms: number): bigint => BigInt(Math.max(0, Math.floor(ms) - SNOWFLAKE_EPOCH)) << 22n;

/** `since_id` and `until_id`, both exclusive at X, for posts from `from` to `to`, both inclusive, ms since 1970. */
export function idBounds(from: number, to: number): { sinceId: string; untilId: string } {
  const before = firstIdOf(from) - 1n;
  return { sinceId: String(before < 1n ? 1n : before), untilId: String(firstIdOf(to + 1)) };
}

/** ms until `x-rate-limit-reset` where nothing is left until then; else 0. */
export function waitOf(headers: Headers, now: number): number {
  const reset = Number(headers.get('x-rate-limit-reset') ?? Number.NaN);
  if (headers.get('x-rate-limit-remaining') !== '0' || !Number.isFinite(reset)) return 0;
  return Math.min(Math.max(reset * 1_000 - now, 0), WINDOW_MS);
}
