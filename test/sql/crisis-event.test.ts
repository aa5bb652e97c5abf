import { describe, expect, it } from 'vitest';
import { codeOf, eventDescription, eventKeywords, eventName, LIMITS } from '../../sql/crisis-event.ts';

// Labels that Kubernetes and DNS take (RFC 1123), with room for the longest prefix and suffix we put around a code.
const DNS_LABEL = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

describe('codeOf', () => {
  it.each([
    ['Flood', 'flood'],
    ['Hurricane Sandy 2012', 'hurricane-sandy-2012'],
    ['  -- Flood!! --  ', 'flood'],
    ['São Paulo', 'sao-paulo'],
    ['Zürich: Überschwemmung', 'zurich-uberschwemmung'],
    ['İstanbul', 'istanbul'],
    ['ﬁre', 'fire'],
    ['Ｆｌｏｏｄ', 'flood'],
    ['2013 Alberta floods', 'event-2013-alberta-floods'],
    ['№ 5', 'no-5'],
    ['Straße', 'stra-e'],
    ['a_b.c/d', 'a-b-c-d'],
    ['地震 Tokyo', 'tokyo'],
    ['地震', ''],
    ['🌊', ''],
    ['---', ''],
    ['', ''],
  ])('codeOf makes %j into %j', (name, code) => {
    expect(codeOf(name)).toBe(code);
  });

  it('codeOf cuts at 40 characters', () => {
    expect(codeOf('a'.repeat(120))).toBe('a'.repeat(40));
    expect(codeOf(`1${'2'.repeat(119)}`)).toBe(`event-1${'2'.repeat(33)}`);
  });

  it('codeOf leaves no hyphen where it cut', () => {
    expect(codeOf(`${'a'.repeat(39)} bcd`)).toBe('a'.repeat(39));
  });

  it('codeOf gives names that DNS takes, with what is put around them', () => {
    for (const name of ['Flood', '9', 'a'.repeat(200), `x ${'y '.repeat(60)}`]) {
      expect(codeOf(name)).toMatch(DNS_LABEL);
      expect(`normalizer-${codeOf(name)}`.length).toBeLessThanOrEqual(63);
    }
  });
});

describe('eventName', () => {
  it('eventName trims, and takes every script', () => {
    expect(eventName.parse('  地震 فيضان Überflutung 🌊 ')).toBe('地震 فيضان Überflutung 🌊');
  });

  it.each<[string, RegExp]>([
    ['', /needs a name/],
    ['   ', /needs a name/],
    ['a\u0000b', /control characters/],
    ['a\nb', /control characters/],
    ['\ud800', /control characters/],
    ['a'.repeat(LIMITS.name + 1), /at most 120/],
  ])('eventName says what is wrong with %j', (name, message) => {
    expect(eventName.safeParse(name).error?.issues[0]?.message).toMatch(message);
  });
});

describe('eventDescription', () => {
  it('eventDescription may have several lines, but no other control characters', () => {
    expect(eventDescription.parse('a\r\n\tb')).toBe('a\r\n\tb');
    expect(eventDescription.safeParse('a\u0007').error?.issues[0]?.message).toMatch(/line breaks and tabs/);
  });
});

describe('eventKeywords', () => {
  it('eventKeywords keeps each keyword once, in the order given', () => {
    expect(eventKeywords.parse(['b', ' a ', 'b', 'a'])).toEqual(['b', 'a']);
  });

  it('eventKeywords names the one that is wrong', () => {
    const issue = eventKeywords.safeParse(['flood', '...']).error?.issues[0];
    expect(issue?.path).toEqual([1]);
    expect(issue?.message).toMatch(/letter or digit/);
  });

  it.each<[string, unknown, RegExp]>([
    ['none', [], /at least one keyword/],
    ['a blank one', [' '], /empty/],
    ['an open quote', ['"flash flood'], /no partner/],
    ['a control character', ['a\u0001b'], /control characters/],
    ['a long one', ['a'.repeat(LIMITS.keyword + 1)], /at most 120/],
    ['too many', Array.from({ length: 501 }, (_, n) => `k${n}`), /at most 500/],
  ])('eventKeywords refuses %s', (_, keywords, message) => {
    expect(eventKeywords.safeParse(keywords).error?.issues[0]?.message).toMatch(message);
  });
});
