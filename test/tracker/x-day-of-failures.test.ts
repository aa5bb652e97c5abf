// A day of failures, with the clock in the test's hand: whatever goes wrong at X, no limit on its calls is broken (facts/x-api §1.1).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { xRules } from '../../tracker/x-api.ts';
import { Budget } from '../../tracker/budget.ts';
import { X_TIMING, xSearch } from '../../tracker/x-search.ts';
import type { FaultCommand } from '../../tracker/x-simulator/fault-forms.ts';
import type { Called } from '../../tracker/x-simulator/live.ts';
import { XSource } from '../../tracker/x-source.ts';
import { randomFrom } from '../bench/random.ts';
import { makeEvent } from '../factories.ts';
import { simulate, type Simulated } from './x-simulator-calls.ts';

const SEED = Number(process.env['FAILURES_SEED'] ?? Date.now() % 1_000_000_000);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WINDOW = 15 * MINUTE;
const STREAM = 'GET /2/tweets/search/stream';
const RULES = '/2/tweets/search/stream/rules';
/** Of X; of connects our own, which is lower. */
const LIMITS = {
  [STREAM]: 45,
  [`GET ${RULES}`]: 450,
  [`POST ${RULES}`]: 100,
  'GET /2/tweets/search/recent': 450,
  'DELETE /2/connections/filtered_stream': 25,
};

const connect = (status: number, times: number, more = {}): FaultCommand => ({
  do: 'answer',
  status,
  times,
  ...more,
});
const rules = (method: string, times: number): FaultCommand => ({
  do: 'answer',
  status: 503,
  times,
  call: `${method} ${RULES}`,
});
/** What goes on for an hour, by what is done every second of it. */
const TROUBLES: readonly ((x: Simulated, second: number) => void)[] = [
  // X takes every connect, sends a post and hangs up.
  (x) => flap(x, 'clean'),
  (x) => flap(x, 'reset'),
  (x, second) => once(x, second, { do: 'hang-up', times: 1_000 }),
  (x, second) => once(x, second, { do: 'silent-accept', times: 1_000 }),
  (x, second) => once(x, second, connect(503, 1_000), { do: 'cut' }),
  (x, second) => once(x, second, connect(429, 1_000, { resetMs: 1_000 }), { do: 'cut' }),
  (x, second) => once(x, second, connect(429, 1_000, { issue: 'TooManyConnections' }), { do: 'cut' }),
  (x, second) => once(x, second, connect(402, 1_000), { do: 'cut' }),
  (x, second) => once(x, second, rules('GET', 1_000), { do: 'forget-rules' }),
  (x, second) => once(x, second, rules('POST', 1_000), { do: 'forget-rules' }),
  (x, second) => once(x, second, { do: 'refuse-rules', times: 1_000 }, { do: 'forget-rules' }),
  (x, second) => (second % 20 === 0 ? x.fault({ do: 'forget-rules' }) : undefined),
];

function flap(x: Simulated, how: 'clean' | 'reset'): void {
  if (!x.state().connected) return;
  x.push('a flood');
  x.fault({ do: 'cut', how });
}

function once(x: Simulated, second: number, ...faults: FaultCommand[]): void {
  if (second === 0) x.fault(...faults);
}

/** The most calls of a name within any quarter of an hour. */
function mostIn(calls: readonly Called[], name: string): number {
  const times = calls.filter(({ call }) => call === name).map(({ at }) => at);
  let from = 0;
  return times.reduce((most, at, index) => {
    while (times[from]! <= at - WINDOW) from += 1;
    return Math.max(most, index - from + 1);
  }, 0);
}

/** Sockets are the system's, and need turns of the event loop between two moments of the clock. */
async function pass(ms: number): Promise<void> {
  const until = Date.now() + ms;
  while (Date.now() < until) {
    await vi.advanceTimersByTimeAsync(Math.min(500, until - Date.now()));
    for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setImmediate(done));
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe(`a day of failures (FAILURES_SEED=${SEED})`, () => {
  it(
    'breaks no limit of X’s on calls, and comes close to that on connects',
    { timeout: 300_000 },
    async () => {
      const random = randomFrom(SEED);
      await using x = await simulate({ posts: [], ruleDelayMs: 20_000 });
      const address = { baseUrl: x.url, bearerToken: 't' };
      const search = xSearch({ ...address, ...X_TIMING, postsPerDay: 1_000_000 });
      const budget = new Budget(undefined, undefined, Date.now);
      const source = new XSource({
        ...address,
        name: 'x',
        install: 'test',
        rules: xRules(x.url, 't'),
        budget,
        search,
      });
      const stop = new AbortController();
      const reading = (async () => {
        for await (const _ of source.read(stop.signal));
      })();
      const searching = (async () => {
        const asked = { query: 'flood', from: Date.now(), to: Date.now(), next: null, most: 100 };
        while (!stop.signal.aborted) await search.page(asked, stop.signal).catch(() => undefined);
      })();
      const calls: Called[] = [];
      for (let hour = 0; hour < 24; hour += 1) {
        const trouble = hour < TROUBLES.length ? TROUBLES[hour]! : TROUBLES[random.int(TROUBLES.length)]!;
        for (let second = 0; second < 3_600; second += 1) {
          // Somebody who cannot stop changing keywords, for a quarter of each hour.
          if (second % 5 === 0 && second < 900)
            source.want([makeEvent({ keywords: [`flood${random.int(9)}`, 'a'] })]);
          trouble(x, second);
          await pass(1_000);
        }
        x.fault({ do: 'heal' });
        calls.push(...x.calls().filter(({ at }) => at > (calls.at(-1)?.at ?? 0)));
      }
      stop.abort();
      await pass(MINUTE);
      await Promise.all([reading, searching]);
      const most = Object.fromEntries(Object.keys(LIMITS).map((name) => [name, mostIn(calls, name)]));
      for (const [name, limit] of Object.entries(LIMITS)) expect(most[name], name).toBeLessThanOrEqual(limit);
      expect(most[STREAM]).toBeGreaterThan(40);
      expect(calls.at(-1)!.at - calls[0]!.at).toBeGreaterThan(23 * HOUR);
    },
  );
});
