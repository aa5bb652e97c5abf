import { createRequire } from 'node:module';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { expect, it } from 'vitest';
import { copyLess } from '../../eventing/kafkajs-encoder.ts';

type Produce = (of: object) => { encode: () => Promise<Encoder> };
const produce = createRequire(import.meta.url)(
  'kafkajs/src/protocol/requests/produce/v7/request.js',
) as Produce;

const message = (length: number, of: number) => ({
  key: `key ${of}`,
  value: Buffer.alloc(length, of),
  headers: { ce_id: `${of}`, long: 'x'.repeat(3_000) },
  timestamp: 1_790_000_000_000 + of,
});

async function request(lengths: readonly (readonly number[])[]): Promise<Buffer> {
  const partitions = lengths.map((sizes, partition) => ({ partition, messages: sizes.map(message) }));
  const topicData = ['first', 'second'].map((topic) => ({ topic, partitions }));
  const encoded = await produce({ acks: -1, timeout: 6_000, topicData }).encode();
  const whole = new Encoder();
  whole.writeInt32(encoded.size());
  whole.writeEncoder(encoded);
  expect(whole.size()).toBe(whole.buffer.length);
  whole.writeInt32(7);
  return whole.buffer;
}

it('The mended kafkajs sends what kafkajs sends', async () => {
  const requests = [[[0]], [[1, 2_047, 2_048, 2_049], [600_000]], [[70_000, 3, 70_000], [2_048], [5]]];
  const before = await Promise.all(requests.map(request));
  copyLess(Encoder.prototype);
  const after = await Promise.all(requests.map(request));
  expect(after.map(({ length }) => length)).toEqual(before.map(({ length }) => length));
  expect(after.every((bytes, index) => bytes.equals(before[index]!))).toBe(true);
});
