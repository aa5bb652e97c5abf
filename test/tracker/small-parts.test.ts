import { describe, expect, it } from 'vitest';
import type { Progress } from '../../eventing/collection.ts';
import { receiptClock } from '../../tracker/receipt-clock.ts';
import { RejectedLines } from '../../tracker/rejected-lines.ts';
import { offsetOf, wantedOf } from '../../tracker/replay-source.ts';
import { progressText } from '../../tracker/progress-line.ts';
import { makeEvent } from '../factories.ts';

describe('receiptClock', () => {
  it('never gives the same time twice, also when the clock stands still or goes back', () => {
    const times = [1_000, 1_000, 1_000, 900, 1_001, 62_000];
    const clock = receiptClock(() => times.shift() ?? 0);
    const given = Array.from({ length: 6 }, clock);
    expect(given).toEqual([
      '1970-01-01T00:00:01.000000Z',
      '1970-01-01T00:00:01.000001Z',
      '1970-01-01T00:00:01.000002Z',
      '1970-01-01T00:00:01.000003Z',
      '1970-01-01T00:00:01.001000Z',
      '1970-01-01T00:01:02.000000Z',
    ]);
  });
});

const line = (bytes: number) => ({
  reason: 'no JSON',
  bytes: Buffer.alloc(bytes, 'x'),
  length: bytes,
  sha256: `${bytes}`,
});

describe('RejectedLines', () => {
  it('keeps the first 64 KB of a line and its whole length', () => {
    const rejected = new RejectedLines(0);
    rejected.add(line(100_000), 0);
    const [note] = rejected.take();
    expect(Buffer.from(note!.lines[0]!.bytes, 'base64')).toHaveLength(65_536);
    expect(note!.lines[0]!.length).toBe(100_000);
  });

  it('splits what it gathered into notes of at most 512 KB', () => {
    const rejected = new RejectedLines(0);
    for (let n = 0; n < 20; n += 1) rejected.add(line(60_000), 0);
    expect(rejected.due(1)).toBe(true);
    const notes = rejected.take();
    expect(notes.flatMap(({ lines }) => lines)).toHaveLength(20);
    for (const note of notes) expect(JSON.stringify(note).length).toBeLessThan(600_000);
    expect(rejected.due(2)).toBe(false);
    expect(rejected.take()).toEqual([]);
  });

  it('only counts what comes beyond a thousand lines a minute', () => {
    const rejected = new RejectedLines(0);
    for (let n = 0; n < 1_200; n += 1) rejected.add(line(10), 30_000);
    rejected.add(line(10), 60_000);
    const notes = rejected.take();
    expect(notes.flatMap(({ lines }) => lines)).toHaveLength(1_001);
    expect(notes.reduce((sum, { more }) => sum + more, 0)).toBe(200);
  });
});

describe('RejectedLines, when they go on coming,', () => {
  const MINUTE = 60_000;
  const rejected = new RejectedLines(0);
  /** minutes at which a note was due */
  const notedUntil = (from: number, to: number, bad: boolean): number[] => {
    const noted: number[] = [];
    for (let minute = from; minute < to; minute += 1) {
      if (bad) rejected.add(line(10), minute * MINUTE);
      if (!rejected.due(minute * MINUTE)) continue;
      rejected.take();
      noted.push(minute);
    }
    return noted;
  };

  it('are noted within a minute, then ever more rarely, at last every quarter of an hour', () => {
    expect(notedUntil(0, 62, true)).toEqual([1, 3, 7, 15, 30, 45, 60]);
  });

  it('are noted within a minute again after a while without any', () => {
    expect(notedUntil(62, 100, false)).toEqual([75]);
    expect(notedUntil(100, 104, true)).toEqual([100, 102]);
  });
});

describe('offsetOf', () => {
  const now = { file: 'f', wanted: 'w' };
  const after = (replay: Progress['replay']) => offsetOf({ replay } as Progress, now);

  it('goes on only with the same file, for the same events, when it was interrupted', () => {
    expect(after({ file: 'f', wanted: 'w', offset: 500, done: false })).toBe(500);
    expect(after({ file: 'f', wanted: 'w', offset: 500, done: true })).toBe(0);
    expect(after({ file: 'g', wanted: 'w', offset: 500, done: false })).toBe(0);
    expect(after({ file: 'f', wanted: 'v', offset: 500, done: false })).toBe(0);
    expect(after(null)).toBe(0);
    expect(offsetOf(undefined, now)).toBe(0);
  });

  it('never goes on with what cannot be read a second time', () => {
    const last = { replay: { file: '', wanted: 'w', offset: 500, done: false } } as Progress;
    expect(offsetOf(last, { file: '', wanted: 'w' })).toBe(0);
  });
});

describe('wantedOf', () => {
  it('changes with events and keywords, not with their order or what else changes', () => {
    const flood = makeEvent({ code: 'flood', keywords: ['a', 'b'] });
    const storm = makeEvent({ code: 'storm', keywords: ['c'] });
    const both = wantedOf([flood, storm]);
    expect(wantedOf([storm, { ...flood, version: 7, name: 'Other' }])).toBe(both);
    expect(wantedOf([flood])).not.toBe(both);
    expect(wantedOf([{ ...flood, keywords: ['a'] }, storm])).not.toBe(both);
  });
});

describe('progressText', () => {
  const counts = { read: 1_200, rejected: 3, matched: 700, matchedByEvent: new Map(), control: {} };

  it('says how far a file is and what came of it', () => {
    expect(progressText(counts, 50, 200)).toBe('25 % · 1200 read · 700 matched · 3 rejected');
  });

  it('leaves out what nobody can know', () => {
    expect(progressText({ ...counts, rejected: 0 }, 50, undefined)).toBe('1200 read · 700 matched');
  });
});
