// How often each call was made in its quarter of an hour, and the headers that X says it with (facts/x-api §1.1).

/** by call */
export type Windows = Map<string, { used: number; readonly endsAt: number }>;

const WINDOW_MS = 15 * 60_000;
const LIMITS: Readonly<Record<string, number>> = {
  'GET /2/tweets/search/stream': 50,
  'GET /2/tweets/search/stream/rules': 450,
  'POST /2/tweets/search/stream/rules': 100,
  'GET /2/tweets/search/stream/rules/counts': 72,
  'DELETE /2/connections/filtered_stream': 25,
};

/** Counts this call, too. Empty for a call that has no limit. */
export function limitHeaders(windows: Windows, name: string, now: number): Record<string, string> {
  const limit = LIMITS[name];
  if (limit === undefined) return {};
  let window = windows.get(name);
  if (window === undefined || window.endsAt <= now) {
    window = { used: 0, endsAt: now + WINDOW_MS };
    windows.set(name, window);
  }
  window.used += 1;
  return {
    'x-rate-limit-limit': String(limit),
    'x-rate-limit-remaining': String(Math.max(0, limit - window.used)),
    'x-rate-limit-reset': String(Math.ceil(window.endsAt / 1000)),
  };
}
