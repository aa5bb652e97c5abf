import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from '../../eventing/embedded-value.ts';

describe('pack', () => {
  it('keeps nothing, a small value and one that would not get smaller as they are', async () => {
    for (const value of [null, Buffer.alloc(0), Buffer.alloc(10_000, 'x'), randomBytes(100_000)]) {
      expect(await pack(value)).toEqual({ value, packed: 0 });
    }
  });

  it('makes a batch of posts several times smaller', async () => {
    const batch = Buffer.from(
      Array.from({ length: 500 }, (_, n) => `{"id":"${n}","text":"the river rises"}`).join('\n'),
    );
    expect((await pack(batch)).value!.length).toBeLessThan(batch.length / 5);
  });

  it('loses no byte of any value', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 400 }),
        async (bytes, times) => {
          const value = Buffer.concat(Array.from({ length: times }, () => bytes));
          expect(Buffer.from(unpack(await pack(value)) ?? [])).toEqual(value);
        },
      ),
    );
  });
});
