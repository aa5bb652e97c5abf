// A set of dead letters, held against a plain Set.
import { array, assert, integer, nat, oneof, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLetterId, letterId, letterSet } from '../../eventing/letter-set.ts';

const offset = oneof(nat(20_000), integer({ min: 0, max: 999_999_999_999_999 }));
const id = record({ partition: nat(3), offset }).map(letterId);

describe('letterSet', () => {
  it('holds what was added and nothing else', () => {
    assert(
      property(array(id), array(id), (added, others) => {
        const set = letterSet();
        const plain = new Set<string>();
        for (const one of added) {
          expect(set.add(one)).toBe(!plain.has(one));
          plain.add(one);
        }
        for (const one of [...added, ...others]) expect(set.has(one)).toBe(plain.has(one));
      }),
    );
  });

  it('takes no more than 130 KB for a million letters, and a page for one far away', () => {
    const before = process.memoryUsage().arrayBuffers;
    const set = letterSet();
    for (let n = 0; n < 1_000_000; n++) set.add(letterId({ partition: 0, offset: n }));
    set.add('0-999999999999999');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(130_000);
    expect(set.has('0-999999')).toBe(true);
    expect(set.has('0-1000000')).toBe(false);
  });

  it.each(['', '0', '0-', '-1', '0-1-2', 'a-1', '0-1.5', '00000000001-1', '0-1000000000000000'])(
    'takes no %j, which is no id',
    (text) => {
      const set = letterSet();
      expect(isLetterId(text)).toBe(false);
      expect(set.add(text)).toBe(false);
      expect(set.has(text)).toBe(false);
    },
  );
});
