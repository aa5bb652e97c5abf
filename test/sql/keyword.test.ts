import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keywordProblem, parseKeyword } from '../../sql/keyword.ts';
import { fold, wordsOf } from '../../sql/words.ts';

const E_ACUTE = '\u00e9';
const E_AND_ACUTE = 'e\u0301';

describe('parseKeyword', () => {
  it.each<[string, string[][]]>([
    ['sandy', [['sandy']]],
    ['Sandy', [['sandy']]],
    ['#sandy', [['sandy']]],
    ['@sandy', [['sandy']]],
    ['coca-cola', [['coca'], ['cola']]],
    ['new  york', [['new'], ['york']]],
    ["don't", [['don'], ['t']]],
    ['snake_case', [['snake'], ['case']]],
    ['"flash flood"', [['flash', 'flood']]],
    ['warning "Flash Flood" river', [['warning'], ['flash', 'flood'], ['river']]],
    ['a"b c"d', [['a'], ['b', 'c'], ['d']]],
    ['"coca-cola"', [['coca', 'cola']]],
    ['東京2020', [['東京2020']]],
    [`caf${E_AND_ACUTE}`, [[`caf${E_ACUTE}`]]],
    ['⚠\ufe0fflood', [['flood']]],
    ['90%', [['90']]],
    ['flood "', [['flood']]],
    ['""', []],
    ['…', []],
  ])('parseKeyword reads %j', (text, terms) => {
    expect(parseKeyword(text)).toEqual({ text, terms });
  });
});

describe('keywordProblem', () => {
  it.each(['sandy', '#sandy', '"flash flood"', 'a "b" "c d"', '地震', '7', "don't", 'สึนามิ', '⚠️ flood'])(
    'keywordProblem has nothing against %j',
    (text) => {
      expect(keywordProblem(text)).toBeUndefined();
    },
  );

  it.each<[string, RegExp]>([
    ['', /empty.*at least one word/],
    [' \t', /empty.*at least one word/],
    ['...', /at least one letter or digit/],
    ['🌊', /at least one letter or digit/],
    ['_', /at least one letter or digit/],
    ['\u0301', /at least one letter or digit/],
    ['"flash flood', /double quote has no partner.*"flash flood"/],
    ['flood"', /double quote has no partner/],
    ['"a" "b', /double quote has no partner/],
    ['""', /no word between two double quotes.*"flash flood"/],
    ['flood ""', /no word between two double quotes/],
    ['flood "—"', /no word between two double quotes/],
  ])('keywordProblem says what is wrong with %j', (text, message) => {
    expect(keywordProblem(text)).toMatch(message);
  });

  it('keywordProblem lets no keyword pass that has no terms or an empty one', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ' ', 'a', '-', '\u0301', '地') }), (text) => {
        const { terms } = parseKeyword(text);
        const good = keywordProblem(text) === undefined;
        if (good) expect(terms.length).toBeGreaterThan(0);
        expect(terms.every((term) => term.length > 0 && term.every((word) => word !== ''))).toBe(true);
      }),
    );
  });
});

describe('fold', () => {
  // By hand from CaseFolding.txt: status C and S fold, F and T do not.
  it.each([
    ['FLOOD', 'flood'],
    ['ÀÉÎ', 'àéî'],
    ['ſ', 's'],
    ['ς', 'σ'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['ẞ', 'ß'],
    ['ß', 'ß'],
    ['\u0345', 'ι'],
    ['\u00b5', '\u03bc'],
    ['\u212a', 'k'],
    ['\u2126', 'ω'],
    ['İ', 'İ'],
    ['ı', 'ı'],
    ['I', 'i'],
    ['ϐϑϕϖϰϱϵ', 'βθφπκρε'],
    ['ẛ', 'ṡ'],
    ['ﬅ', 'ﬆ'],
    ['ǅ', 'ǆ'],
    ['ДОЖДЬ', 'дождь'],
    ['\u{10400}', '\u{10428}'],
    ['地震', '地震'],
  ])('fold gives %j as %j', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('fold agrees with the case folding of regular expressions on every character', () => {
    const chars = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code));
    const changing = chars.filter((char) => /\p{Changes_When_Casemapped}/u.test(char));
    expect(changing.length).toBeGreaterThan(2_000);
    const all = changing.join('');
    for (const char of changing) {
      const same = all.match(new RegExp(char, 'giu'));
      expect([char, changing.filter((other) => fold(other) === fold(char))]).toEqual([char, same]);
    }
    const others = chars.filter((char) => !/\p{Changes_When_Casemapped}/u.test(char));
    expect(others.filter((char) => fold(char) !== char)).toEqual([]);
  });
});

describe('wordsOf', () => {
  it('wordsOf gives the same words whether accents are composed or not', () => {
    expect(wordsOf(`Caf${E_ACUTE} ${E_AND_ACUTE}t${E_ACUTE}`)).toEqual(
      wordsOf(`caf${E_AND_ACUTE} ${E_ACUTE}t${E_AND_ACUTE}`),
    );
  });

  it('wordsOf begins no word with a mark that follows a sign', () => {
    expect(wordsOf('⚠\ufe0fflood 1\ufe0f\u20e3')).toEqual(['flood', '1\ufe0f\u20e3']);
  });
});
