import { describe, expect, it } from 'vitest';
import { compile, route } from '../../tracker/matcher.ts';
import { CORPORA, madeEvents, madeLines } from './corpora.ts';

const AVERAGE = { v1: [4_500, 5_500], v2: [2_200, 2_800], short: [600, 800] } as const;

describe('madeLines', () => {
  it.each(CORPORA)('madeLines of %s match the one event that they are made for', (corpus) => {
    const matcher = compile(madeEvents(1_000));
    let number = 0;
    for (const line of madeLines(corpus, { posts: 3_000, events: 1_000 })) {
      expect(route(matcher, line).matches.map(({ code }) => code)).toEqual([`event-${number++ % 1_000}`]);
    }
    expect(number).toBe(3_000);
  });

  it.each(CORPORA)('madeLines of %s are as long as such posts are', (corpus) => {
    const lines = [...madeLines(corpus, { posts: 1_000, events: 10 })];
    const average = lines.reduce((sum, line) => sum + line.length, 0) / lines.length;
    expect(average).toBeGreaterThan(AVERAGE[corpus][0]);
    expect(average).toBeLessThan(AVERAGE[corpus][1]);
  });

  it('madeLines are the same for the same seed only', () => {
    const made = [1, 1, 2].map((seed) => [...madeLines('v1', { posts: 20, events: 3, seed })].map(String));
    expect(made[0]).toEqual(made[1]);
    expect(made[0]).not.toEqual(made[2]);
  });
});
