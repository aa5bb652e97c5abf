// The merging of copies, against a slow reading of its rule.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Copy, merge } from '../../sql/sqlite-merge.ts';
import { columnNames } from '../../sql/tweet.ts';

/** What a copy says in three columns, and when it was written. */
const said = fc.record({
  cells: fc.tuple(...Array.from({ length: 3 }, () => fc.constantFrom(null, 'a', 'b', '', 'ü'))),
  raw: fc.constantFrom('', 'x', 'y'),
  writeTime: fc.integer({ min: 1, max: 4 }),
});
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

const copyOf = ({ cells, raw, writeTime }: Said): Copy => ({
  cells: columnNames.map((_, i) => cells[i] ?? null),
  raw: Buffer.from(raw),
  writeTime,
  times: {},
});

/** The value that was written last, of several the greatest; null where nobody wrote one. */
function last<T extends string>(values: readonly (readonly [number, T | null])[]): T | null {
  const written = values.filter(([, value]) => value !== null);
  const newest = Math.max(...written.map(([time]) => time));
  return written
    .filter(([time]) => time === newest)
    .reduce<T | null>((a, [, b]) => (a === null || b! > a ? b : a), null);
}

test('merge of any copies in any order, some of them twice, has in each cell what was written last', () => {
  const copies = fc.array(said, { minLength: 1, maxLength: 5 });
  const shuffled = copies.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
  );
  fc.assert(
    fc.property(shuffled, ([all, order]) => {
      const merged = order.map(copyOf).reduce((row, copy) => merge(row, copy));
      const expected = [0, 1, 2].map((i) =>
        last(all.map(({ cells, writeTime }) => [writeTime, cells[i] ?? null])),
      );
      expect(merged.cells.slice(0, 3)).toEqual(expected);
      expect(Buffer.from(merged.raw).toString()).toBe(
        last(all.map(({ raw, writeTime }) => [writeTime, raw])),
      );
      expect(merged.writeTime).toBe(Math.max(...all.map(({ writeTime }) => writeTime)));
    }),
    { numRuns: 2_000 },
  );
});

test('merge of a copy that adds nothing gives back the very row', () => {
  fc.assert(
    fc.property(said, said, (a, b) => {
      const row = merge(copyOf(a), copyOf(b));
      expect(merge(row, copyOf(a))).toBe(row);
      expect(merge(row, copyOf(b))).toBe(row);
    }),
  );
});
