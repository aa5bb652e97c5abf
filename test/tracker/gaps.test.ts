import { describe, expect, it } from 'vitest';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { Gaps } from '../../tracker/gaps.ts';

const T = Date.parse('2026-03-01T12:00:00.000Z');
const at = (seconds: number): number => T + seconds * 1_000;
const iso = (seconds: number): string => new Date(at(seconds)).toISOString();

function event(code: string, overrides: Partial<CrisisEvent> = {}): CrisisEvent {
  const made = iso(-3_600);
  return {
    code,
    name: code,
    description: '',
    keywords: [code],
    status: 'active',
    version: 1,
    createdAt: made,
    updatedAt: made,
    collectSince: null,
    ...overrides,
  };
}

const brief = (notes: readonly { kind: string; event: string; from: string; to: string | null }[]) =>
  notes.map(({ kind, event: code, from, to }) => [kind, code, from, to]);

function listening(events: readonly CrisisEvent[]): Gaps {
  const gaps = new Gaps(undefined, at(-20));
  gaps.want(events, at(-20));
  gaps.connected(at(-19));
  gaps.collecting(
    events.map(({ code }) => code),
    at(-19),
  );
  return gaps;
}

describe('Gaps', () => {
  it('reach from 10 s before the last byte to the first after an outage, one for each event', () => {
    const events = [event('flood'), event('storm')];
    const gaps = listening(events);
    expect(brief(gaps.lost(at(0), 'X closed the stream', events))).toEqual([
      ['gap.opened', 'flood', iso(-10), null],
      ['gap.opened', 'storm', iso(-10), null],
    ]);
    expect(brief(gaps.connected(at(7)))).toEqual([
      ['gap.closed', 'flood', iso(-10), iso(7)],
      ['gap.closed', 'storm', iso(-10), iso(7)],
    ]);
    expect(gaps.open).toEqual({});
  });

  it('reach back 10 s before a loss also where one was open already, which leaves nothing of that', () => {
    const events = [event('flood', { updatedAt: iso(-2) })];
    const gaps = listening(events);
    gaps.changed(events[0]!);
    expect(brief(gaps.want(events, at(-2)))).toEqual([['gap.opened', 'flood', iso(-2), null]]);
    expect(brief(gaps.lost(at(0), 'X closed the stream', events))).toEqual([
      ['gap.closed', 'flood', iso(-2), iso(-2)],
      ['gap.opened', 'flood', iso(-10), null],
    ]);
    expect(gaps.connected(at(3))).toEqual([]);
    expect(brief(gaps.collecting(['flood'], at(5)))).toEqual([['gap.closed', 'flood', iso(-10), iso(5)]]);
  });

  it('of an event younger than ten seconds begin a moment after one that was closed, which is not open again', () => {
    const young = event('storm', { createdAt: iso(-3), updatedAt: iso(-3) });
    const gaps = listening([event('flood')]);
    gaps.want([young], at(-3));
    expect(brief(gaps.collecting(['storm'], at(-2)))).toEqual([['gap.closed', 'storm', iso(-3), iso(-2)]]);
    const from = iso(-2.999);
    expect(brief(gaps.lost(at(0), 'X closed the stream', [young]))).toEqual([
      ['gap.opened', 'storm', from, null],
    ]);
    expect(brief(gaps.connected(at(1)))).toEqual([['gap.closed', 'storm', from, iso(1)]]);
  });

  it('stay one entry through several failures in a row', () => {
    const events = [event('flood')];
    const gaps = listening(events);
    gaps.lost(at(0), 'first', events);
    expect(gaps.lost(at(5), 'second', events)).toEqual([]);
    expect(brief(gaps.connected(at(9)))).toEqual([['gap.closed', 'flood', iso(-10), iso(9)]]);
  });

  it('reach back 90 s before the last word of a tracker that died', () => {
    const gaps = new Gaps({ at: iso(0), gaps: {} }, at(60));
    expect(brief(gaps.want([event('flood')], at(60)))).toEqual([['gap.opened', 'flood', iso(-90), null]]);
  });

  it('go on with what a dead tracker had open, under the same beginning', () => {
    const gaps = new Gaps(
      { at: iso(0), gaps: { flood: { from: iso(-500), reason: 'X closed the stream' } } },
      at(60),
    );
    expect(gaps.want([event('flood')], at(60))).toEqual([]);
    gaps.collecting(['flood'], at(61));
    expect(brief(gaps.connected(at(62)))).toEqual([['gap.closed', 'flood', iso(-500), iso(62)]]);
  });

  it('of an event begin no earlier than the event', () => {
    const gaps = new Gaps({ at: iso(0), gaps: {} }, at(60));
    const late = event('flood', { createdAt: iso(30), updatedAt: iso(30) });
    expect(brief(gaps.want([late], at(60)))).toEqual([['gap.opened', 'flood', iso(30), null]]);
  });

  it('of an event made while listening last until its rules are in force', () => {
    const old = event('flood');
    const gaps = listening([old]);
    const made = event('storm', { createdAt: iso(5), updatedAt: iso(5) });
    expect(brief(gaps.want([old, made], at(6)))).toEqual([['gap.opened', 'storm', iso(5), null]]);
    expect(brief(gaps.collecting(['storm'], at(25)))).toEqual([['gap.closed', 'storm', iso(5), iso(25)]]);
  });

  it('open when keywords change and close when the new ones are collected', () => {
    const gaps = listening([event('flood')]);
    const changed = event('flood', { keywords: ['flood', 'dam'], version: 2, updatedAt: iso(5) });
    gaps.changed(changed);
    expect(brief(gaps.want([changed], at(6)))).toEqual([['gap.opened', 'flood', iso(5), null]]);
    expect(brief(gaps.collecting(['flood'], at(20)))).toEqual([['gap.closed', 'flood', iso(5), iso(20)]]);
  });

  it('close when an event is paused or archived: nothing is wanted for it any more', () => {
    const events = [event('flood'), event('storm')];
    const gaps = listening(events);
    gaps.lost(at(0), 'X closed the stream', events);
    expect(brief(gaps.want([events[1]!], at(3)))).toEqual([['gap.closed', 'flood', iso(-10), iso(3)]]);
  });

  it('open again for an event whose rules vanished while connected, from when they were last seen', () => {
    const gaps = listening([event('flood'), event('storm')]);
    expect(brief(gaps.uncollected(['storm'], at(100), 'X no longer had the rules of this event.'))).toEqual([
      ['gap.opened', 'storm', iso(100), null],
    ]);
    expect(brief(gaps.collecting(['storm'], at(160)))).toEqual([['gap.closed', 'storm', iso(100), iso(160)]]);
  });

  it('that the last tracker left open are said again: it may have died before it could', () => {
    const gaps = new Gaps(
      { at: iso(0), gaps: { flood: { from: iso(-5), reason: 'X closed the stream' } } },
      at(60),
    );
    expect(brief(gaps.restored)).toEqual([['gap.opened', 'flood', iso(-5), null]]);
    expect(new Gaps(undefined, at(0)).restored).toEqual([]);
  });
});
