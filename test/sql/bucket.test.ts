// Buckets and the time that ids carry.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { bucketOf, timeOfId } from '../../sql/bucket.ts';
import { noRealData, realFile, WHY } from '../real-data.ts';

const EPOCH = 1_288_834_974_657;

// 1212092628029698048 and its time stand in X's own documentation of created_at.
test.each([
  ['34359738367', undefined],
  ['34359738368', EPOCH + 8_192],
  ['34363932671', EPOCH + 8_192],
  ['34363932672', EPOCH + 8_193],
  ['1212092628029698048', Date.parse('2019-12-31T19:26:16.771Z')],
  ['9223372036854775807', EPOCH + 2 ** 41 - 1],
  ['9223372036854775808', undefined],
  ['99999999999999999999', undefined],
  ['0', undefined],
  ['', undefined],
  ['-34359738368', undefined],
  ['34359738368.5', undefined],
  ['3vqw', undefined],
  [' 34359738368', undefined],
  ['٣٤٣٥٩٧٣٨٣٦٨', undefined],
])('timeOfId of %j is %s', (id, time) => {
  expect(timeOfId(id)).toBe(time);
});

test('timeOfId is what the bits of any id say, its digits read without rounding', () => {
  const bits = fc
    .integer({ min: 1, max: 64 })
    .chain((count) => fc.bigInt({ min: 0n, max: 2n ** BigInt(count) }));
  // The first and last ids of a millisecond, where a rounded one would fall into another.
  const edges = fc
    .tuple(fc.bigInt({ min: 1n, max: 2n ** 41n }), fc.bigInt({ min: -2n, max: 2n }))
    .map(([time, off]) => (time << 22n) + off);
  fc.assert(
    fc.property(fc.oneof(bits, edges), (id) => {
      const timed = id >= 2n ** 35n && id < 2n ** 63n;
      expect(timeOfId(String(id))).toBe(timed ? Number(id >> 22n) + EPOCH : undefined);
    }),
    { numRuns: 5_000 },
  );
});

const created = Date.parse('2009-06-15T12:34:56.789Z');
const minute = Date.parse('2009-06-15T12:34:00Z');

test.each<[string, Parameters<typeof bucketOf>, number | undefined]>([
  ['an old id goes by created_at', ['x', '34359738367', created], minute],
  [
    'an id with a time goes by it alone',
    ['x', '1212092628029698048', created],
    Date.parse('2019-12-31T19:26:00Z'),
  ],
  [
    'an id with a time needs nothing else',
    ['x', '1212092628029698048', undefined],
    Date.parse('2019-12-31T19:26:00Z'),
  ],
  ['an old id without created_at has no bucket', ['x', '20', undefined], undefined],
  ['an id of another network goes by created_at', ['bluesky', '1212092628029698048', created], minute],
  ['the last ms of a minute is in it', ['x', '20', minute + 59_999], minute],
  ['the first ms of the next is not', ['x', '20', minute + 60_000], minute + 60_000],
  ['a time before 1970 is rounded down, too', ['x', '20', -1], -60_000],
  ['a time that is no number is none', ['x', '20', Number.NaN], undefined],
])('bucketOf: %s', (_, post, bucket) => {
  expect(bucketOf(...post)).toBe(bucket);
});

const status = z.object({ id_str: z.string(), timestamp_ms: z.string(), created_at: z.string() });

test.skipIf(noRealData)(`timeOfId is the timestamp_ms of real posts ${WHY}`, () => {
  const lines = realFile('v1-stream-72.jsonl').trim().split('\n');
  expect(lines.length).toBeGreaterThan(70);
  for (const line of lines) {
    const post = status.parse(JSON.parse(line));
    expect([post.id_str, timeOfId(post.id_str)]).toEqual([post.id_str, Number(post.timestamp_ms)]);
    expect(bucketOf('x', post.id_str, undefined)).toBe(
      Math.floor(Date.parse(post.created_at) / 60_000) * 60_000,
    );
  }
});

test.skipIf(noRealData).each([
  ['sandy-2012.csv', '2012-10-22', '2012-11-09'],
  ['alberta-floods-2013.csv', '2013-06-18', '2013-07-20'],
])(`timeOfId of the real ids of %s lies between %s and %s ${WHY}`, (file, from, to) => {
  const ids = [...realFile(file).matchAll(/^'(\d+)'/gm)].map((match) => match[1]!);
  expect(ids.length).toBeGreaterThan(9_900);
  for (const id of ids) {
    const time = timeOfId(id) ?? 0;
    expect(time).toBe(Math.floor(Number(BigInt(id) / 4_194_304n)) + EPOCH);
    expect(time).toBeGreaterThan(Date.parse(from));
    expect(time).toBeLessThan(Date.parse(to));
  }
});
