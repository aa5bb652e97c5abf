// The simulator's only time: what it is, and what is done later. A test can hold it in its own hand.

export interface Clock {
  /** ms since 1970 */
  now(): number;
  /** Does `work` once, `ms` from now; the function given back calls it off. */
  after(ms: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/** The same time, told wrong by `byMs`. */
export const shifted = (clock: Clock, byMs: number): Clock => ({
  now: () => clock.now() + byMs,
  after: (ms, work) => clock.after(ms, work),
});
