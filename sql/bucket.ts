// Which partition a post belongs to: the minute of its own time, so that a redelivered post lands on its own row.

export const BUCKET_MS = 60_000;

// Ids from 4 November 2010 on carry their time: (id >> 22) ms after this instant. Smaller ids were plain counters.
const SNOWFLAKE_EPOCH = 1_288_834_974_657n;
const FIRST_SNOWFLAKE = 2n ** 35n;
const LAST_ID = 2n ** 63n;

/** The time an X id carries, in ms since 1970; undefined for an older id or something that is no id. */
export function timeOfId(id: string): number | undefined {
  if (!/^\d{1,19}$/.test(id)) return undefined;
  const number = BigInt(id);
  if (number < FIRST_SNOWFLAKE || number >= LAST_ID) return undefined;
  return Number((number >> 22n) + SNOWFLAKE_EPOCH);
}

/**
 * The start of a post's bucket in ms since 1970, or undefined when nothing tells its time.
 * An X id that carries its time decides; else `createdAt` (ms) does.
 */
export function bucketOf(source: string, id: string, createdAt: number | undefined): number | undefined {
  const time = (source === 'x' ? timeOfId(id) : undefined) ?? createdAt;
  return time === undefined || !Number.isFinite(time) ? undefined : Math.floor(time / BUCKET_MS) * BUCKET_MS;
}
