import { createRequire } from 'node:module';
import type Encoder from 'kafkajs/src/protocol/encoder.js';
import { expect, it } from 'vitest';
import { type Record, recordBatch } from '../../eventing/kafkajs-record-batch.ts';

const load = createRequire(import.meta.url);
const theirRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (of: Record) => Encoder;
const { RecordBatch: theirBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch: (of: object) => Promise<Encoder>;
};

const FIRST = 1_790_000_000_000;
const record = (offsetDelta: number, of: Partial<Record> = {}): Record => ({
  offsetDelta,
  timestampDelta: offsetDelta * 70,
  key: `key ${offsetDelta}`,
  value: Buffer.alloc(offsetDelta * 1_000, offsetDelta),
  headers: { ce_id: `${offsetDelta}`, ce_größe: '洪水'.repeat(offsetDelta) },
  ...of,
});

it.each([
  ['one record', [record(0)]],
  ['a deletion and a record without headers', [record(0, { value: null }), record(1, { headers: {} })]],
  ['records around the sizes where a length takes another byte', [62, 63, 64, 65].map((n) => record(n))],
  ['many', Array.from({ length: 200 }, (_, n) => record(n, { value: Buffer.alloc((n * 37) % 5_000, n) }))],
])('A batch of %s is what kafkajs sends', async (_, records) => {
  const of = { firstTimestamp: FIRST, maxTimestamp: FIRST + 20_000 };
  const theirs = await theirBatch({
    ...of,
    records: records.map((one) => theirRecord(one)),
    lastOffsetDelta: records.length - 1,
  });
  const ours = recordBatch({ ...of, records });
  expect(ours.size()).toBe(theirs.size());
  expect(ours.buffer.equals(theirs.buffer)).toBe(true);
});
