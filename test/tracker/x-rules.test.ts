import { describe, expect, it } from 'vitest';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { changeOf, clauseOf, MAX_RULE_LENGTH, ruleValues, wantedRules } from '../../tracker/x-rules.ts';

const made = '2026-03-01T12:00:00.000Z';
const event = (code: string, keywords: string[]): CrisisEvent => ({
  code,
  name: code,
  description: '',
  keywords,
  status: 'active',
  version: 1,
  createdAt: made,
  updatedAt: made,
  collectSince: null,
});

describe('clauseOf', () => {
  it.each([
    ['flood', '"flood"'],
    ['flood calgary', '("flood" "calgary")'],
    ['"flood warning"', '"flood warning"'],
    ['OR', '"or"'],
    ['-evacuate', '"evacuate"'],
    ['from:somebody', '("from" "somebody")'],
    ['#sandy', '"sandy"'],
    ['(a OR b)', '("a" "or" "b")'],
  ])('writes %s so that no word of it is an operator', (keyword, clause) => {
    expect(clauseOf(keyword)).toBe(clause);
  });
});

describe('ruleValues', () => {
  it('joins keywords by OR', () => {
    expect(ruleValues(['flood', 'dam break'])).toEqual(['"flood" OR ("dam" "break")']);
  });

  it('splits where a rule would be too long, and loses no keyword', () => {
    const keywords = Array.from({ length: 500 }, (_, i) => `keyword${i}`);
    const values = ruleValues(keywords);
    expect(values.length).toBeGreaterThan(1);
    for (const value of values) expect(value.length).toBeLessThanOrEqual(MAX_RULE_LENGTH);
    expect(values.flatMap((value) => value.split(' OR '))).toEqual(keywords.map((keyword) => `"${keyword}"`));
  });
});

describe('wantedRules', () => {
  it('shares one rule between events with the same keywords', () => {
    const rules = wantedRules('mine', [event('a', ['flood']), event('b', ['flood']), event('c', ['dam'])]);
    expect(rules.map(({ value, events }) => [value, events])).toEqual([
      ['"flood"', ['a', 'b']],
      ['"dam"', ['c']],
    ]);
    for (const { tag } of rules) expect(tag).toMatch(/^epicenter\/mine\/[0-9a-f]{16}$/);
  });
});

describe('changeOf', () => {
  it('adds what is missing, removes what is ours and unwanted, and leaves foreign rules alone', () => {
    const wanted = wantedRules('mine', [event('a', ['flood'])]);
    const { add, remove } = changeOf('mine', wanted, [
      { id: '1', value: '"dam"', tag: 'epicenter/mine/0123456789abcdef' },
      { id: '2', value: '"cat"', tag: 'epicenter/other/0123456789abcdef' },
      { id: '3', value: '"dog"', tag: '' },
    ]);
    expect(add).toEqual(wanted);
    expect(remove.map(({ id }) => id)).toEqual(['1']);
  });

  it('is nothing when X has what is wanted', () => {
    const wanted = wantedRules('mine', [event('a', ['flood'])]);
    const actual = wanted.map(({ value, tag }, i) => ({ id: String(i), value, tag }));
    expect(changeOf('mine', wanted, actual)).toEqual({ add: [], remove: [] });
  });
});
