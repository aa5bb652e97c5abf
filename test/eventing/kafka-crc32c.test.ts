// The checksum, against the RFC's values and its definition bit by bit.
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { crc32c } from '../../eventing/kafka-crc32c.ts';

/** Long division by the reflected polynomial, a bit at a time. */
function byDefinition(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = ((crc & 1) ^ ((byte >> bit) & 1)) === 1;
      crc = odd ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}

it.each([
  // RFC 3720, B.4 (there in the order of the bytes on the wire)
  [Buffer.alloc(32), 0x8a9136aa],
  [Buffer.alloc(32, 0xff), 0x62a8ab43],
  [Buffer.from(Array.from({ length: 32 }, (_, n) => n)), 0x46dd794e],
  [Buffer.from(Array.from({ length: 32 }, (_, n) => 31 - n)), 0x113fdb5c],
  [Buffer.from('123456789'), 0xe3069283],
  [Buffer.alloc(0), 0],
])('crc32c of %o', (bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

it('crc32c is what the definition says, whatever the length', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = randomBytes(length);
    expect(crc32c(bytes)).toBe(byDefinition(bytes));
  }
});
