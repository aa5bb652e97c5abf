import { FrameWriter } from 'cassandra-driver/lib/writers.js';
import { expect, it } from 'vitest';

const BATCH = 0x0d;

function request(lengths: readonly number[], first: number): Buffer {
  const writer = new FrameWriter(BATCH);
  writer.writeByte(1);
  writer.writeShort(lengths.length);
  for (const [index, length] of lengths.entries()) {
    writer.writeInt(index - 1);
    writer.writeBytes(Buffer.alloc(length, first + index));
    writer.writeBytes(null);
    writer.writeString(`größe ${length}`);
  }
  return writer.write(4, 300);
}

it('The mended driver sends what the driver sends', async () => {
  const requests = [
    [[], 1],
    [[0, 1, 4_000, 70_000, 3], 2],
    [[600_000, 5, 600_000], 3],
    [[9, 8], 4],
  ] as const;
  const before = requests.map(([lengths, first]) => request(lengths, first));
  await import('../../sql/cassandra-driver-mended.ts');
  const after = requests.map(([lengths, first]) => request(lengths, first));
  // All are written before any is looked at: none may stand in memory that the next one is written to.
  expect(after.map(({ length }) => length)).toEqual(before.map(({ length }) => length));
  expect(after.every((bytes, index) => bytes.equals(before[index]!))).toBe(true);
});
