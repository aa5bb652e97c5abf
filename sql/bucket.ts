// Which partition a post belongs to: the minute of its own time, so that a redelivered post lands on its own row.

export const BUCKET_MS = 60_000;

// Ids from 4 November 2010 on carry their time: (id >> 22) ms after this instant. Smaller ids, below 2^35, were plain counters.
const SNOWFLAKE_EPOCH = 1_288_834_974_657;

/** The time an X id carries, in ms since 1970; undefined for an older id or something that is no id. */
export function timeOfId(id: string): number | undefined {
  if (!/^\d{1,19}$/.test(id)) return undefined;
  // id >> 10, as 10^10 is 9,765,625 << 10: the 53 bits that are left of an id's 63 are what a number holds exactly.
  const upper = Number(id.slice(0, -10)) * 9_765_625 + Math.floor(Number(id.slice(-10)) / 2 ** 10);
  if (upper < 2 ** 25 || upper >= 2 ** 53) return undefined;
  return Math.floor(upper / 2 ** 12) + SNOWFLAKE_EPOCH;
}

/**
 * The start of a post's bucket in ms since 1970, or undefined when nothing tells its time.
 * An X id that carries its time decides; else `createdAt` (ms) does.
 */
export function bucketOf(source: string, id: string, createdAt: number | undefined): number | undefined {
  const time = (source === 'x' ? timeOfId(id) : undefined) ?? createdAt;
  return time === undefined || !Number.isFinite(time) ? undefined : Math.floor(time / BUCKET_MS) * BUCKET_MS;
}
