// Ids as X makes them: the time in the upper bits, so that order of ids is order of time.

const EPOCH_MS = 1_288_834_974_657n;
const PER_MS = 4_194_304n;

/** Ids of rising times, strictly increasing; a time that falls back counts as the last one. */
export function snowflakes(): (at: number) => string {
  let last = 0n;
  return (at) => {
    const first = (BigInt(Math.floor(at)) - EPOCH_MS) * PER_MS;
    last = first > last ? first : last + 1n;
    return String(last);
  };
}
