// Chance that repeats: the same seed gives the same numbers on every machine.

/** A number in [0, 1). */
export type Random = () => number;

/** mulberry32: small, fast and even enough for a made-up crowd; nothing here is a secret. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** Throws for an empty list: there is nothing to choose. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new RangeError('pick needs a list with something in it');
  return chosen;
}

/** Chooses by `share`; the shares need not sum to anything. */
export function pickByShare<T extends { readonly share: number }>(random: Random, list: readonly T[]): T {
  let left = random() * list.reduce((sum, item) => sum + item.share, 0);
  const chosen = list.find((item) => (left -= item.share) < 0) ?? list.at(-1);
  if (chosen === undefined) throw new RangeError('pickByShare needs a list with something in it');
  return chosen;
}

/** `length` characters as a short link has them. */
export function code(random: Random, length: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  let made = '';
  for (let index = 0; index < length; index += 1) made += letters[Math.floor(random() * letters.length)];
  return made;
}
