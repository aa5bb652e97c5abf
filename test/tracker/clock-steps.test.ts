import { describe, expect, it } from 'vitest';
import { delayOf, earliestConnect, failed, NO_ATTEMPTS, WINDOW_MS } from '../../tracker/back-off.ts';
import { Gaps } from '../../tracker/gaps.ts';
import { makeEvent } from '../factories.ts';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-03-01T12:00:00.000Z');

describe('a clock that is set back or wrong', () => {
  it('does not keep the tracker away from X until it is what it was', () => {
    expect(earliestConnect([NOON], NOON - HOUR)).toBe(NOON - HOUR);
  });

  it('does not make it wait longer for a reset than the limit has a window', () => {
    const failure = { kind: 'rate-limit', resetAt: NOON + 24 * HOUR } as const;
    expect(delayOf(failed(NO_ATTEMPTS, failure), failure, NOON)).toBe(WINDOW_MS);
  });

  it('does not move the gap of an outage into the future', () => {
    const gaps = new Gaps({ at: new Date(NOON + HOUR).toISOString(), gaps: {} }, NOON);
    const [opened] = gaps.want([makeEvent({ createdAt: '2026-03-01T08:00:00.000Z' })], NOON);
    expect(opened).toMatchObject({ kind: 'gap.opened', from: '2026-03-01T11:58:30.000Z' });
  });
});
