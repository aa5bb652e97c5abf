import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keywordProblem } from '../../sql/keyword.ts';
import { compile } from '../../tracker/matcher.ts';
import { slowMatch } from './slow-matcher.ts';

const matches = (keyword: string, text: string): boolean =>
  compile([{ code: 'e', keywords: [keyword] }])
    .match([text])
    .some(({ code }) => code === 'e');

const UNITS = [
  'a', 'A', 'b', 'B', 'z', 'Z', '0', '9', 'i', 'I', 's', 'S', 'e', '\u0301', 'é', 'É', 'ß', 'ẞ', 'ſ', 'ς', 'Σ', 'İ', 'ı', 'K', '\u0345', '\u0303', 'ʼ',
  '地', '震', '東', 'ア', 'ー', 'か', '\u3099', 'ｶ', 'ﾞ', '々', '𠮷', 'น', '้', 'ำ', 'ລ', 'ក', 'က', 'ز', 'ل', '\u064e',
  '한', '\u1112', '\u1161', '\u11ab', '１', 'Ａ', '🌊', '⚠', '\ufe0f', '\u20e3', '𝍠', '\u{16d67}', '\ud800', '\u200d', '≠',
  '\u0338', '=', ' ', ' ', ' ', '-', '_', "'", '#', '.',
]; // prettier-ignore
const anyText = fc.string({ unit: fc.constantFrom(...UNITS), maxLength: 14 });
const plain = fc.string({ unit: fc.constantFrom('a', 'A', '地', 'か', 'é', '1', ' ', '-'), maxLength: 10 });
const texts = fc.array(fc.oneof(anyText, plain), { maxLength: 3 });
const keywordOf = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(part, fc.boolean()), { minLength: 1, maxLength: 2 })
    .map((pieces) => pieces.map(([piece, quoted]) => (quoted ? `"${piece}"` : piece)).join(' '))
    .filter((keyword) => keywordProblem(keyword) === undefined);
const free = keywordOf(fc.string({ unit: fc.constantFrom(...UNITS), minLength: 1, maxLength: 4 }));
const plainKeyword = keywordOf(
  fc.string({ unit: fc.constantFrom('a', '地', 'か', 'é', '1', ' '), minLength: 1, maxLength: 3 }),
);

describe('the matcher', () => {
  it('the matcher finds the same as the slow one, whatever the scripts', () => {
    let found = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(free, plainKeyword), { minLength: 1, maxLength: 8 }),
        texts,
        (keywords, post) => {
          const expected = keywords.filter((keyword) => slowMatch(keyword, post));
          found += expected.length;
          const matched = compile([{ code: 'e', keywords }]).match(post);
          expect(matched.flatMap((match) => match.keywords)).toEqual(expected);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(found).toBeGreaterThan(300);
  });

  it('the matcher finds keywords cut out of the texts as the slow one does', () => {
    let found = 0;
    const cut = fc.tuple(anyText, fc.nat(10), fc.integer({ min: 1, max: 5 }), fc.boolean());
    fc.assert(
      fc.property(cut, ([post, from, length, quoted]) => {
        const part = Array.from(post)
          .slice(from, from + length)
          .join('');
        const keyword = quoted ? `"${part}"` : part;
        fc.pre(keywordProblem(keyword) === undefined);
        const expected = slowMatch(keyword, [post]);
        if (expected) found++;
        expect(matches(keyword, post)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
    expect(found).toBeGreaterThan(300);
  });
});
