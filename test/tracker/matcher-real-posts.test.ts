import { describe, expect, it } from 'vitest';
import { sort } from '../../eventing/post.ts';
import { compile } from '../../tracker/matcher.ts';
import { textsOf } from '../../tracker/texts.ts';
import { noRealData, realFile, tweetsOfCsv, WHY } from '../real-data.ts';
import { slowMatch } from './slow-matcher.ts';

const KEYWORDS = [
  'sandy', 'Flood', 'floods', 'hurricane sandy', '#yycflood', '@cnn', 'new york', '"new york"', '"New Jersey"', 'nyc power',
  'Alberta', 'calgary flood', '"calgary flood"', '"high river"', 'high river', 'evacuate', 'red cross', '"red cross" donate',
  "don't", 'rt', 'http', 'bow river', '"stay safe"', 'é', 'café', '2012', '100', 'a the of', '"in the"', 'ab', 's', 'storm',
]; // prettier-ignore

const JAPANESE = [
  '母の日', '知り合い', '妹', 'さん', 'ー', 'フォロー', '地震', 'RT', '500', '"RT fan"', '今日 日', '"一、 常"', 'の', 'する',
  'http', 'co', 't co', '"t co"', '東京', 'アニメ', 'LINE', '8月31日', '31', 'ｗ', 'www', '大学 生', '名前', '"そうです よ"',
]; // prettier-ignore

/** How many pairs of text and keyword match, after comparing each with the slow matcher. */
function compare(keywords: readonly string[], posts: readonly (readonly string[])[]): number {
  const matcher = compile([
    { code: 'all', keywords },
    ...keywords.map((keyword, n) => ({ code: `e${n}`, keywords: [keyword] })),
  ]);
  let pairs = 0;
  for (const texts of posts) {
    const expected = keywords.filter((keyword) => slowMatch(keyword, texts));
    const found = matcher.match(texts);
    expect([texts, found.find(({ code }) => code === 'all')?.keywords ?? []]).toEqual([texts, expected]);
    expect(found.length).toBe(expected.length === 0 ? 0 : expected.length + 1);
    pairs += expected.length;
  }
  return pairs;
}

describe.skipIf(noRealData)(`the matcher over real posts ${WHY}`, () => {
  it.each([
    ['sandy-2012.csv', 10_008],
    ['alberta-floods-2013.csv', 10_031],
  ])(
    'the matcher finds in %s what the slow one finds',
    (file, rows) => {
      const tweets = tweetsOfCsv(file);
      expect(tweets).toHaveLength(rows);
      const posts = tweets.map((tweet) => [tweet]);
      expect(compare(KEYWORDS, posts)).toBeGreaterThan(10_000);
    },
    120_000,
  );

  it('the matcher finds in Japanese posts what the slow one finds', () => {
    const page: { statuses: unknown[] } = JSON.parse(realFile('v1-search-100.json'));
    const posts = page.statuses.map((status) => {
      const sorted = sort(status);
      return sorted.kind === 'post' ? textsOf(sorted) : [];
    });
    expect(posts).toHaveLength(100);
    expect(compare([...JAPANESE, ...KEYWORDS], posts)).toBeGreaterThan(200);
  }, 120_000);
});
