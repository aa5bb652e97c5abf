import { describe, expect, it } from 'vitest';
import {
  delayOf,
  earliestConnect,
  failed,
  MAX_CONNECTS,
  NO_ATTEMPTS,
  WINDOW_MS,
  type Failure,
} from '../../tracker/back-off.ts';

function delays(failure: Failure, count: number, now = 0): number[] {
  let attempts = NO_ATTEMPTS;
  return Array.from({ length: count }, () => {
    attempts = failed(attempts, failure);
    return delayOf(attempts, failure, now);
  });
}

describe('delayOf', () => {
  it('reconnects at once when a working stream ended, then in steps of 250 ms', () => {
    expect(delays({ kind: 'closed' }, 4)).toEqual([0, 250, 500, 750]);
  });

  it('grows by 250 ms up to 16 s while the network fails', () => {
    expect(delays({ kind: 'network' }, 3)).toEqual([250, 500, 750]);
    expect(delays({ kind: 'network' }, 100).at(-1)).toBe(16_000);
  });

  it('doubles from 5 s to 320 s while X answers 5xx', () => {
    expect(delays({ kind: 'server' }, 8)).toEqual([5, 10, 20, 40, 80, 160, 320, 320].map((s) => s * 1_000));
  });

  it('doubles from a minute on 429, and never comes back before the limit is reset', () => {
    expect(delays({ kind: 'rate-limit', resetAt: undefined }, 3)).toEqual([60_000, 120_000, 240_000]);
    expect(delays({ kind: 'rate-limit', resetAt: 1_000_000 }, 1, 100_000)).toEqual([900_000]);
  });

  it('begins again when the kind of failure changes', () => {
    const server = failed(failed(NO_ATTEMPTS, { kind: 'server' }), { kind: 'server' });
    const network = failed(server, { kind: 'network' });
    expect(delayOf(network, { kind: 'network' }, 0)).toBe(250);
  });
});

describe('earliestConnect', () => {
  it('is now for the first connect, and two seconds after the last one', () => {
    expect(earliestConnect([], 5_000)).toBe(5_000);
    expect(earliestConnect([4_500], 5_000)).toBe(6_500);
  });

  it('never allows more than 45 connects in any 15 minutes, however long it is asked', () => {
    const connects: number[] = [];
    for (let now = 0; connects.length < 500;) {
      now = earliestConnect(connects, now);
      connects.push(now);
    }
    for (const [index, at] of connects.entries()) {
      const inWindow = connects.slice(index).filter((other) => other < at + WINDOW_MS);
      expect(inWindow.length).toBeLessThanOrEqual(MAX_CONNECTS);
    }
  });
});
