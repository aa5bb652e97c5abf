// X's limits on calls (facts/x-api §1.1), kept by counting our own: who breaks one is locked out for up to 15 minutes.
import { WINDOW_MS } from './back-off.ts';

/** Below X's own 450, 100 and 25 calls in 15 minutes: the rest is left for a person, and for a tracker before this one. */
export const CALLS = { readRules: 400, changeRules: 80, closeStreams: 20 } as const;
export type CallName = keyof typeof CALLS;

/** Counts a call; throws instead when it would be one too many. `now`: ms since 1970. */
export type CountCall = (name: CallName) => void;

export function callLimit(now: () => number): CountCall {
  const calls: Record<CallName, number[]> = { readRules: [], changeRules: [], closeStreams: [] };
  return (name) => {
    const at = now();
    // What lies ahead is from before the clock was set back.
    const recent = calls[name].filter((call) => call > at - WINDOW_MS && call <= at);
    calls[name] = recent;
    const oldest = recent.at(-CALLS[name]);
    if (oldest !== undefined) {
      const again = new Date(oldest + WINDOW_MS).toISOString().slice(11, 16);
      throw new Error(`${CALLS[name]} calls in 15 minutes are near X's limit; it goes on at ${again} UTC`);
    }
    recent.push(at);
  };
}
