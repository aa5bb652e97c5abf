import { describe, expect, it } from 'vitest';
import { compile } from '../../tracker/matcher.ts';

const matches = (keyword: string, ...texts: string[]): boolean =>
  compile([{ code: 'e', keywords: [keyword] }])
    .match(texts)
    .some(({ code }) => code === 'e');

describe('compile', () => {
  it.each([
    ['sandy', 'Hurricane SANDY is near'],
    ['Sandy', '#sandy'],
    ['#Sandy', '@sandy hello'],
    ['sandy', 'https://example.org/news/sandy-latest?x=1'],
    ['sandy', 'new_jersey_sandy'],
    ['sandy', "sandy's path"],
    ['coca-cola', 'Cola or Coca?'],
    ['new york flood', 'flood in York, a new one'],
    ["don't", "they don't care"],
    ['"flash flood"', 'a FLASH flood!'],
    ['"flash flood"', 'flash -- #flood'],
    ['"flash flood" river', 'The river: flash flood'],
    ['"a a b"', 'a a a b'],
    ['m5', 'an M5 quake'],
    ['São', 'SÃO PAULO'],
    ['sa\u0303o', 's\u00e3o'],
    ['s\u00e3o', 'SA\u0303O'],
    ['ΟΔΟΣ', 'οδος'],
    ['straße', 'STRAẞE'],
    ['ｆｌｏｏｄ', 'ＦＬＯＯＤ'],
    ['زلزال', 'حدث زلزال، الآن'],
    ['भूकंप', 'आज भूकंप आया'],
    ['지진', '지진 발생'],
    ['flood', '⚠\ufe0fflood'],
    ['地震', '今朝地震が起きた'],
    ['地震', 'abc地震def'],
    ['FEMA', '東京FEMA発表'],
    ['東京2020', '今日、東京2020開幕'],
    ['2020東京', 'x 2020東京だ'],
    ['津波警報', '大津波警報です'],
    ['データ', 'ビッグデータの'],
    ['น้ำท่วม', 'เกิดน้ำท่วมหนัก'],
    ['ຝົນ', 'ມີຝົນຕົກ'],
    ['ទឹកជំនន់', 'មានទឹកជំនន់ធំ'],
    ['ရေကြီး', 'မိုးရွာရေကြီးမှု'],
    ['"FEMA 発表"', '東京FEMA発表'],
    ['"東京 地震"', '昨日の東京、地震だ'],
    ['"東京 地震"', '東京地震'],
    ['か\u3099', 'がか'],
    ['ｶﾞｽ', '都市ｶﾞｽ漏れ'],
    ['𠮷野', '北𠮷野家'],
  ])('compile finds %j in %j', (keyword, text) => {
    expect(matches(keyword, text)).toBe(true);
  });

  it.each([
    ['art', 'party'],
    ['art', 'arts'],
    ['sandy', 'sandy2012'],
    ['cafe', 'café'],
    ['cafe', 'cafe\u0301'],
    ['café', 'cafe'],
    ['strasse', 'straße'],
    ['istanbul', 'İSTANBUL'],
    ['flash flood', 'flash only'],
    ['"flash flood"', 'flood flash'],
    ['"flash flood"', 'flash big flood'],
    ['"flash flood"', 'flashflood'],
    ['지진', '지진이'],
    ['東京2020', '東京20201'],
    ['2020東京', '12020東京'],
    ['FEMA', 'aFEMA発表'],
    ['東京地震', '東京 地震'],
    ['東京地震', '東京で地震'],
    ['か', 'か\u3099'],
    ['hawai', 'Hawaiʼi'],
    ['g', 'g\u0303uasu'],
    ['1', '1\ufe0f\u20e3'],
  ])('compile does not find %j in %j', (keyword, text) => {
    expect(matches(keyword, text)).toBe(false);
  });

  it('compile lets the words of a keyword lie in different texts, but not those of a phrase', () => {
    expect(matches('flood river', 'the river', 'a flood')).toBe(true);
    expect(matches('"the flood"', 'over the', 'flood')).toBe(false);
    expect(matches('"the flood" river', 'river', 'the flood')).toBe(true);
  });

  it('compile forgets one post before the next', () => {
    const matcher = compile([{ code: 'e', keywords: ['flood river'] }]);
    expect(matcher.match(['flood']).length).toBe(0);
    expect(matcher.match(['river']).length).toBe(0);
    expect(matcher.match(['river flood']).length).toBe(1);
  });

  it('compile gives the events and their keywords in the order they have', () => {
    const matcher = compile([
      { code: 'b', keywords: ['river', 'fire', 'Flood', 'flood river'] },
      { code: 'a', keywords: ['flood'] },
      { code: 'c', keywords: ['fire'] },
    ]);
    expect(matcher.match(['flood', 'RIVER'])).toEqual([
      { code: 'b', keywords: ['river', 'Flood', 'flood river'] },
      { code: 'a', keywords: ['flood'] },
    ]);
  });

  it('compile takes no event, no keyword, and a keyword without words as matching nothing', () => {
    expect(compile([]).match(['a']).length).toBe(0);
    expect(compile([{ code: 'e', keywords: [] }]).match(['a 地']).length).toBe(0);
    expect(compile([{ code: 'e', keywords: ['...', '""'] }]).match(['a', '...']).length).toBe(0);
  });

  it('compile finds what stands at the end of a text of half a million characters', () => {
    expect(matches('"x 地震"', `${'x 津'.repeat(180_000)} x 地震`)).toBe(true);
  });

  it('compile finds what stands at the end of a long text that NFC makes longer', () => {
    expect('\ufb2c'.normalize('NFC')).toHaveLength(3);
    expect(matches('end', `${'\ufb2c '.repeat(20_000)}end`)).toBe(true);
  });

  it('compile tells words apart that have the same hash', () => {
    // Found by trying; both have the same FNV-1a hash from 0.
    const matcher = compile([{ code: 'e', keywords: ['rvatocx', 'xggnxuu', 'gwfotyt'] }]);
    expect(matcher.match(['kpzajva']).length).toBe(0);
    expect(matcher.match(['gwfotyt'])).toEqual([{ code: 'e', keywords: ['gwfotyt'] }]);
    expect(matcher.match(['xggnxuu'])).toEqual([{ code: 'e', keywords: ['xggnxuu'] }]);
  });

  it('compile looks at no other event when a thousand share a word', () => {
    const shared = Array.from({ length: 1_000 }, (_, n) => ({
      code: `e${n}`,
      keywords: [`flood place${n}`],
    }));
    expect(compile(shared).match(['flood at place77'])).toEqual([
      { code: 'e77', keywords: ['flood place77'] },
    ]);
  });
});
