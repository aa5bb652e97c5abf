import { describe, expect, it } from 'vitest';
import { Budget } from '../../tracker/budget.ts';
import { makeEvent } from '../factories.ts';
import { reading, ruleBook, serve, streaming } from './x-server.ts';

const noon = Date.UTC(2026, 1, 28, 12);
const HOUR = 3_600_000;
const post = (id: number): string => `{"data":{"id":"${id}","text":"flood"}}\r\n`;

describe('Budget', () => {
  it('counts by UTC day and month, and goes on where the last tracker was', () => {
    let now = noon;
    const budget = new Budget(
      { day: '2026-02-28', today: 5, thisMonth: 40, perDay: null },
      undefined,
      () => now,
    );
    budget.spend(2);
    expect(budget.spent).toEqual({ day: '2026-02-28', today: 7, thisMonth: 42, perDay: null });
    now += 12 * HOUR;
    budget.spend(1);
    expect(budget.spent).toEqual({ day: '2026-03-01', today: 1, thisMonth: 1, perDay: null });
    now += 24 * HOUR;
    expect(budget.spent).toEqual({ day: '2026-03-02', today: 0, thisMonth: 1, perDay: null });
  });

  it('asks to wait until the UTC day ends when it is used up', () => {
    let now = noon;
    const budget = new Budget(null, 3, () => now);
    budget.spend(2);
    expect(budget.waitMs).toBe(0);
    budget.spend(1);
    expect(budget.waitMs).toBe(12 * HOUR);
    now += 12 * HOUR;
    expect(budget.waitMs).toBe(0);
  });

  it('gives nothing again when the clock is set back', () => {
    let now = noon;
    const budget = new Budget(null, 3, () => now);
    budget.spend(3);
    now -= 24 * HOUR;
    expect(budget.spent.today).toBe(3);
    expect(budget.waitMs).toBeGreaterThan(0);
  });
});

describe('XSource', () => {
  it('leaves the stream when the day’s posts are used up, says so, and does not connect again', async () => {
    const budget = new Budget(null, 3, () => noon);
    await using server = await serve({
      ...ruleBook().answers,
      'GET stream': (response, ...request) => {
        streaming(post(1), post(2), '\r\n', post(3))(response, ...request);
        // Later than what is read at once with the third, which X would bill and the tracker keep.
        setTimeout(() => response.write(post(4)), 1_000);
      },
    });
    const { items, stop } = reading(server.url, [makeEvent({ keywords: ['flood'] })], budget);
    await expect
      .poll(() => items.find(({ kind }) => kind === 'lost'))
      .toMatchObject({
        reason: expect.stringContaining('3 posts (X_POSTS_PER_DAY) are used up') as string,
      });
    await new Promise((done) => setTimeout(done, 2_500));
    expect(server.requests.filter((name) => name === 'GET stream')).toHaveLength(1);
    expect(budget.spent.today).toBe(3);
    await stop();
  });
});
