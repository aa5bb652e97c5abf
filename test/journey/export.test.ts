// The export of a large event while others come in: whole, in parts, and in nobody's way. The bench does it with a million.
import { expect, test } from 'vitest';
import { exportWhileSaving } from '../bench/export.ts';

test('An export of 100,000 messages delays no post that comes in by more than half a second', async () => {
  const [posts, length] = [100_000, 1_500];
  const measured = await exportWhileSaving(posts, length, { messages: 30_000, bytes: 1_000_000_000 });
  expect([measured.lines, measured.bytes]).toEqual([posts, posts * (length + 1)]);
  // 857 posts a minute, so 35 whole minutes in a part, and 117 minutes in all.
  expect(measured.parts).toBe(4);
  expect(measured.saves).toBeGreaterThan(5);
  expect(measured.latest).toBeLessThan(500);
});
