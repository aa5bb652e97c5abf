// Ids as X makes them: the time in the upper bits, so that order of ids is order of time.

const EPOCH_MS = 1_288_834_974_657n;
const PER_MS = 4_194_304n;
const PER_MAKER = 131_072n;

/**
 * Ids of rising times, strictly increasing; a time that falls back counts as the last one. Different makers (0 to 31)
 * never make the same id.
 */
export function snowflakes(maker = 0): (at: number) => string {
  let last = 0n;
  return (at) => {
    const first = idAt(at) + BigInt(maker) * PER_MAKER;
    last = first > last ? first : last + 1n;
    return String(last);
  };
}

/** The lowest id of that moment, ms since 1970. */
export const idAt = (at: number): bigint => (BigInt(Math.floor(at)) - EPOCH_MS) * PER_MS;
