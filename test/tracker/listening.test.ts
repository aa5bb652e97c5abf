// From when a gap is, and in whose clock: also while X's is an hour ahead of ours, or behind it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Note, Progress } from '../../eventing/collection.ts';
import { Listening } from '../../tracker/listening.ts';
import { makeEvent } from '../factories.ts';

const NOON = Date.parse('2026-03-01T12:00:00.000Z');
const HOUR = 3_600_000;
const SECOND = 1_000;
const iso = (ms: number): string => new Date(ms).toISOString();

// Made two seconds before the tracker starts, by our clock.
const flood = makeEvent({
  code: 'flood',
  createdAt: iso(NOON - 2 * SECOND),
  updatedAt: iso(NOON - 2 * SECOND),
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

const brief = (notes: readonly Note[]) =>
  notes.map((note) => ('from' in note ? [note.kind, note.from, note.to] : [note.kind]));

function started(previous: Progress['live']): Listening {
  const listening = new Listening(true, previous, () => undefined);
  listening.want(new Map(), [flood]);
  return listening;
}

/** Connected a second later, when everything is already collected. */
function connected(listening: Listening, aheadMs: number): readonly Note[] {
  vi.setSystemTime(NOON + SECOND);
  listening.take({ kind: 'collecting', at: NOON + SECOND + aheadMs, events: ['flood'] });
  return listening.take({ kind: 'connected', at: NOON + SECOND + aheadMs, aheadMs });
}

describe('Listening', () => {
  it.each([HOUR, -HOUR])('dates a first gap anew when X’s clock, %i ms ahead, is known', (aheadMs) => {
    const listening = started(null);
    expect(listening.liveAt(NOON)?.aheadMs).toBeNull();
    const before = iso(NOON);
    const after = iso(NOON + aheadMs);
    expect(brief(connected(listening, aheadMs))).toEqual([
      ['gap.closed', before, before],
      ['gap.opened', after, null],
      ['gap.closed', after, iso(NOON + SECOND + aheadMs)],
    ]);
  });

  it('dates the gap of an event that it first hears of in its second version from when it was made', () => {
    const listening = started(null);
    connected(listening, 0);
    vi.setSystemTime(NOON + 6 * SECOND);
    const made = iso(NOON + 2 * SECOND);
    const updatedAt = iso(NOON + 5 * SECOND);
    const storm = makeEvent({ code: 'storm', version: 2, createdAt: made, updatedAt });
    const known = new Map([['flood', flood]]);
    expect(brief(listening.want(known, [flood, storm]))).toEqual([['gap.opened', made, null]]);
    const resumed = { ...storm, code: 'resumed', version: 3 };
    known.set('storm', storm).set('resumed', { ...resumed, version: 2, status: 'paused' });
    expect(brief(listening.want(known, [flood, storm, resumed]))).toEqual([['gap.opened', updatedAt, null]]);
  });

  it('writes nothing twice where both clocks agree', () => {
    expect(brief(connected(started(null), 0))).toEqual([['gap.closed', iso(NOON), iso(NOON + SECOND)]]);
  });

  it('knows X’s clock from the tracker before it', () => {
    const listening = started({ at: iso(NOON + HOUR - 60 * SECOND), gaps: {}, aheadMs: HOUR });
    const made = iso(NOON + HOUR - 2 * SECOND);
    expect(listening.liveAt(NOON)?.gaps).toMatchObject({ flood: { from: made } });
    expect(brief(connected(listening, HOUR))).toEqual([['gap.closed', made, iso(NOON + HOUR + SECOND)]]);
  });

  it('dates anew what a tracker that never connected has left', () => {
    const listening = started({
      at: iso(NOON - SECOND),
      gaps: { flood: { from: iso(NOON - 2 * SECOND), reason: 'The collection was starting.' } },
      aheadMs: null,
    });
    expect(brief(connected(listening, HOUR)).at(-1)).toEqual([
      'gap.closed',
      iso(NOON + HOUR - 2 * SECOND),
      iso(NOON + HOUR + SECOND),
    ]);
  });
});
