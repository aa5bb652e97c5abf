// Contract of events, gaps, rejected lines, releases, and of a store's own state.
import { expect, test } from 'vitest';
import type { Store } from '../../sql/store.ts';
import { makeEvent, makeGap, makeRejected, newCode } from '../factories.ts';

export function ledgerContract(store: () => Store): void {
  test('createEvent keeps an event as it was given, once', async () => {
    const event = makeEvent({
      name: "Überschwemmung'; 洪水 🌊",
      description: 'a\n\tb',
      keywords: ['"a b"', "it's", '地震'],
      collectSince: '2026-02-22T11:30:00.007Z',
    });
    expect(await store().event(event.code)).toBeUndefined();
    expect(await store().createEvent(event)).toBe(true);
    expect(await store().createEvent({ ...event, name: 'another' })).toBe(false);
    expect(await store().event(event.code)).toEqual(event);
    expect(await store().events()).toContainEqual(event);
  });

  test('changeEvent changes an event only from the version before', async () => {
    const event = makeEvent();
    await store().createEvent(event);
    const next = makeEvent({
      ...event,
      version: 2,
      status: 'paused',
      keywords: ['x', 'y'],
      updatedAt: '2026-03-02T00:00:00.001Z',
    });
    expect(await store().changeEvent({ ...next, version: 3 })).toBe(false);
    expect(await store().changeEvent(next)).toBe(true);
    expect(await store().changeEvent(next)).toBe(false);
    expect(await store().event(event.code)).toEqual(next);
    expect(await store().changeEvent(makeEvent({ version: 2 }))).toBe(false);
  });

  test('changeEvent lets one of many that change the same version win', async () => {
    const event = makeEvent();
    await store().createEvent(event);
    const tries = ['a', 'b', 'c', 'd'].map((name) => store().changeEvent({ ...event, name, version: 2 }));
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
  });

  test('createEvent refuses the code of a purged event', async () => {
    const event = makeEvent();
    await store().createEvent(event);
    await store().changeEvent({ ...event, version: 2, status: 'purged' });
    await store().deleteTweets(event.code);
    expect(await store().createEvent(event)).toBe(false);
  });

  test('gaps are newest first, one for each beginning and reason', async () => {
    const event = newCode();
    const older = makeGap({ event, from: '2026-03-01T11:00:00.000Z', to: '2026-03-01T11:05:00.000Z' });
    const newer = makeGap({ event });
    const full = makeGap({ event, reason: 'disk full' });
    for (const gap of [older, newer, full, newer, older]) await store().saveGap(gap);
    const gaps = await store().gaps(event);
    expect(gaps.map(({ from }) => from)).toEqual([newer.from, full.from, older.from]);
    expect(gaps).toEqual(expect.arrayContaining([older, newer, full]));
  });

  test('saveGap never opens a closed gap again, nor forgets what was recovered', async () => {
    const open = makeGap({ event: newCode() });
    const closed = { ...open, to: '2026-03-01T12:10:00.000Z', note: 'connected again' };
    const filled = { ...closed, recovered: 12, note: '12 came back by search' };
    for (const gap of [open, closed, open]) await store().saveGap(gap);
    expect(await store().gaps(open.event)).toEqual([closed]);
    for (const gap of [filled, closed, open]) await store().saveGap(gap);
    expect(await store().gaps(open.event)).toEqual([filled]);
  });

  const open = makeGap({ recovered: 9, note: 'z' });
  const closed = { ...open, to: '2026-03-01T12:10:00.000Z', recovered: 5, note: 'm' };
  test.each([
    ['a closed one over an open one', { ...closed, recovered: 0, note: '' }, open],
    ['the later end', { ...closed, to: '2026-03-01T12:10:00.001Z', recovered: 0, note: '' }, closed],
    ['the more recovered of one end', { ...closed, recovered: 12, note: '' }, closed],
    ['the greater note of the same', { ...closed, note: 'né' }, { ...closed, note: 'nz' }],
    ['the more recovered of two open ones', { ...open, recovered: 10, note: '' }, open],
  ])('saveGap keeps %s, in whatever order they come', async (_which, stands, falls) => {
    for (const order of [
      [stands, falls],
      [falls, stands],
      [falls, stands, falls],
    ]) {
      const event = newCode();
      for (const gap of order) await store().saveGap({ ...gap, event });
      expect(await store().gaps(event)).toEqual([{ ...stands, event }]);
    }
  });

  test('rejected lines are newest first, one for each hash and event', async () => {
    const event = newCode();
    const first = makeRejected({ event, at: 1_000, bytes: Buffer.from([0, 255, 10]) });
    const second = makeRejected({ event, at: 2_000 });
    await store().saveRejected([second, first]);
    await store().saveRejected([{ ...first, at: 9_000 }, first]);
    const found = await store().rejected(event, 10);
    expect(found.map((one) => ({ ...one, bytes: Buffer.from(one.bytes) }))).toEqual([second, first]);
    expect(await store().rejected(event, 1)).toHaveLength(1);
    expect((await store().rejected(undefined, 1_000)).map(({ sha256 }) => sha256)).toContain(first.sha256);
  });

  test('saveRejected keeps the first of a repeated rejection, in whatever order they come', async () => {
    const first = makeRejected({ at: 1_000, reason: 'a' });
    const again = { ...first, at: 1_001, reason: 'b' };
    const atOnce = { ...first, reason: 'Z' };
    for (const order of [
      [first, again],
      [again, first],
      [first, atOnce],
      [atOnce, first],
      [again, atOnce, first],
    ]) {
      const event = newCode();
      for (const one of order) await store().saveRejected([{ ...one, event }]);
      const found = await store().rejected(event, 10);
      expect(found.map(({ at, reason }) => [at, reason])).toEqual([[1_000, 'a']]);
    }
  });

  test('saveRejected keeps lines of no event, apart from those of events', async () => {
    const [older, newer] = [makeRejected({ at: 1_000 }), makeRejected({ at: 2_000 })];
    const ofEvent = makeRejected({ event: newCode(), at: 3_000, sha256: older.sha256 });
    await store().saveRejected([older, newer, ofEvent]);
    await store().saveRejected([{ ...older, at: 4_000 }]);
    const hashes = [older.sha256, newer.sha256];
    const ours = (await store().rejected('', 1_000)).filter(({ sha256 }) => hashes.includes(sha256));
    expect(ours.map(({ event, sha256, at }) => [event, sha256, at])).toEqual([
      ['', newer.sha256, 2_000],
      ['', older.sha256, 1_000],
    ]);
    const all = (await store().rejected(undefined, 1_000)).filter(({ sha256 }) => hashes.includes(sha256));
    expect(all.map(({ event, at }) => [event, at])).toEqual([
      [ofEvent.event, 3_000],
      ['', 2_000],
      ['', 1_000],
    ]);
  });

  test('saveRejected keeps the first 64 KB and the whole length', async () => {
    const event = newCode();
    await store().saveRejected([makeRejected({ event, bytes: Buffer.alloc(100_000, 'z') })]);
    const [one] = await store().rejected(event, 10);
    expect([one!.bytes.length, one!.length]).toEqual([65_536, 100_000]);
  });

  test('saveRelease keeps the newest version', async () => {
    const code = newCode();
    for (const version of [2, 10, 9]) await store().saveRelease(code, version);
    expect((await store().releases()).get(code)).toBe(10);
  });

  test('deleteTweets also removes the gaps and rejected lines of the event', async () => {
    const event = newCode();
    await store().saveGap(makeGap({ event }));
    await store().saveRejected([makeRejected({ event })]);
    await store().deleteTweets(event);
    expect([await store().gaps(event), await store().rejected(event, 10)]).toEqual([[], []]);
  });

  test('durability names the engine', async () => {
    expect((await store().durability()).engine).toMatch(/^\w+ \d/);
  });
}
