// How often each call was made in its quarter of an hour, and the headers that X says it with (facts/x-api §1.1).

/** by call */
export type Windows = Map<string, { used: number; readonly endsAt: number }>;

export interface Counted {
  readonly headers: Readonly<Record<string, string>>;
  readonly isExceeded: boolean;
}

const WINDOW_MS = 15 * 60_000;
/** Those of usage and of the list of connections are X's "Rate limits" page; the others are in facts/x-api. */
const LIMITS: Readonly<Record<string, number>> = {
  'GET /2/tweets/search/stream': 50,
  'GET /2/tweets/search/stream/rules': 450,
  'POST /2/tweets/search/stream/rules': 100,
  'GET /2/tweets/search/stream/rules/counts': 72,
  'GET /2/tweets/search/recent': 450,
  'GET /2/usage/tweets': 50,
  'GET /2/connections': 25,
  'DELETE /2/connections': 25,
  'DELETE /2/connections/all': 25,
  'DELETE /2/connections/filtered_stream': 25,
};

/** Counts this call, too. No headers for a call that has no limit. */
export function count(windows: Windows, name: string, now: number): Counted {
  const limit = LIMITS[name];
  if (limit === undefined) return { headers: {}, isExceeded: false };
  let window = windows.get(name);
  if (window === undefined || window.endsAt <= now) {
    window = { used: 0, endsAt: now + WINDOW_MS };
    windows.set(name, window);
  }
  window.used += 1;
  return {
    headers: rateHeaders(limit, Math.max(0, limit - window.used), window.endsAt),
    isExceeded: window.used > limit,
  };
}

/** `resetAt` in ms since 1970; X says seconds. */
export const rateHeaders = (limit: number, remaining: number, resetAt: number): Record<string, string> => ({
  'x-rate-limit-limit': String(limit),
  'x-rate-limit-remaining': String(remaining),
  'x-rate-limit-reset': String(Math.ceil(resetAt / 1000)),
});
