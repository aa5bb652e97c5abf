import { describe, expect, it } from 'vitest';
import { matches, searchable } from '../../tracker/x-simulator/rule-match.ts';
import { parseRule, SEARCH } from '../../tracker/x-simulator/rule.ts';

const post = (data: object, includes: object = {}): ReturnType<typeof searchable> =>
  searchable({ data: { text: '', ...data }, includes });
const isMatch = (rule: string, text: string): boolean => matches(parseRule(rule), post({ text }));

describe('a rule', () => {
  it.each([
    ['flood', 'The FLOOD is here', true],
    ['flood', 'flooding everywhere', false],
    ['art', 'a party', false],
    ['flood dam', 'the dam before the flood', true],
    ['flood dam', 'only a flood', false],
    ['flood OR dam', 'only a dam', true],
    // X's own example: AND binds tighter than OR
    ['apple OR iphone ipad', 'an apple', true],
    ['apple OR iphone ipad', 'an iphone', false],
    ['apple OR iphone ipad', 'iphone and ipad', true],
    ['(apple OR iphone) ipad', 'an apple', false],
    ['(apple OR iphone) ipad', 'apple ipad', true],
    ['flood -dam', 'a flood', true],
    ['flood -dam', 'a flood at the dam', false],
    ['flood -"brask dam"', 'flood, dam, Brask', true],
    ['flood -"brask dam"', 'flood below Brask Dam', false],
    ['"power cut"', 'a power cut again', true],
    ['"power cut"', 'power-cut', true],
    ['"power cut"', 'cut the power', false],
    ['"power cut"', 'power is cut', false],
    ['coca-cola', 'coca cola', true],
    ['coca-cola', 'cola coca', false],
    ['flood', '#flood', true],
    ['flood', 'flood_watch', true],
    ['"or" boat', 'a boat or two', true],
    // accents count in stream rules
    ['diacritica', 'Diacrítica', false],
    ['diacrítica', 'DIACRÍTICA', true],
    ['caf\u00e9', 'cafe\u0301', true],
    ['地震', '大きな地震がありました', true],
    ['地震', '地面', false],
    ['ダム', 'ブラスクダムが', true],
    ['น้ำท่วม', 'ถนนน้ำท่วมหมด', true],
    ['बाढ़', 'में बाढ़ का', true],
    ['बाढ', 'में बाढ़ का', false],
    ['كارفيل', 'في كارفيل اليوم', true],
    ['"ΟΔΟΣ"', 'οδος', true],
    ['𐐷art', '𐐏ART', true],
  ] as const)('%s on %j: %s', (rule, text, expected) => {
    expect(isMatch(rule, text)).toBe(expected);
  });

  it.each([
    ['', /empty/],
    ['   ', /empty/],
    ['-flood', /non-negation/],
    ['-flood -dam', /non-negation/],
    ['flood OR -dam', /non-negation/],
    ['--flood', /negated/],
    ['flood -(dam OR sea)', /negated/],
    ['(flood', /parenthesis/],
    ['flood)', /extraneous/],
    ['()', /no viable/],
    ['"flood', /quotation/],
    ['flood OR', /ends/],
    ['OR flood', /no viable/],
    ['!!!', /no viable/],
    ['""', /no viable/],
    ['the', /stopword/],
    ['"or"', /stopword/],
    ['flood OR the', /stopword/],
    ['context:1.2', /operator/],
    ['is:nullcast', /operator/],
    ['lang:en', /alone/],
    ['lang:en -flood', /alone/],
    ['(flood OR has:links)', /alone/],
    ['"a b"~3', /operator/],
    ['x'.repeat(1025), /1024 characters/],
  ])('%j is refused with a reason', (rule, reason) => {
    expect(() => parseRule(rule)).toThrow(reason);
  });

  it('may have 1,024 characters, counted as code points', () => {
    expect(() => parseRule(`"${'🌊'.repeat(1019)}sea"`)).not.toThrow();
    expect(() => parseRule(`"${'🌊'.repeat(1020)}sea"`)).toThrow(/1025/);
  });

  it('looks through long text, hashtags, mentions and links', () => {
    const full = post({
      text: 'cut @dam_watch',
      note_tweet: { text: 'cut off here is the flood', entities: { hashtags: [{ tag: 'Later' }] } },
      entities: {
        hashtags: [{ tag: 'Karvelle' }],
        mentions: [{ username: 'dam_watch' }],
        urls: [{ url: 'https://t.co/abc', expanded_url: 'https://news.example/power-cut/7' }],
      },
    });
    const found = (rule: string): boolean => matches(parseRule(rule), full);
    const there = ['flood', '#karvelle', '#later', '@dam_watch', 'dam', 'url:news', 'url:"power cut"'];
    expect(there.filter(found)).toEqual(there);
    // a keyword is looked for in the text alone, an operator where it says
    const not = ['#flood', '@dam', '#karv', '"cut cut"', '"power cut"', 'url:power-dam', 'url:flood'];
    expect(not.filter(found)).toEqual([]);
  });

  it('knows who wrote it, its language, its kind and what it has', () => {
    const tweets = [{ id: '1', text: 'sea' }];
    const users = [{ id: '7', username: 'Nobody' }];
    const quote = post(
      {
        text: 'flood #a',
        author_id: '7',
        lang: 'en',
        referenced_tweets: [{ type: 'quoted', id: '1' }],
        entities: { hashtags: [{ tag: 'a' }] },
        attachments: { media_keys: ['3_1'] },
      },
      { tweets, users, media: [{ media_key: '3_1', type: 'photo' }] },
    );
    const found = (rule: string): boolean => matches(parseRule(rule), quote);
    const there = ['from:nobody', 'from:7', 'flood lang:en', 'sea is:quote', 'flood has:images -is:retweet'];
    expect(there.filter(found)).toEqual(there);
    expect(['from:7a', 'flood lang:de', 'sea is:retweet', 'flood has:links'].filter(found)).toEqual([]);
  });

  it('of a search forgives accents and does not look into what is quoted', () => {
    const tweets = [{ id: '1', text: 'sea' }];
    const message = {
      data: { text: 'Diacrítica', referenced_tweets: [{ type: 'quoted', id: '1' }] },
      includes: { tweets },
    };
    const words = searchable(message, { quoted: false, accents: 'ignored' });
    const found = (query: string): boolean => matches(parseRule(query, SEARCH), words);
    expect(['diacritica', 'DIACRÍTICA', 'sea'].map(found)).toEqual([true, true, false]);
    expect(() => parseRule('x'.repeat(513), SEARCH)).toThrow(/512 characters/);
    expect(() => parseRule('x'.repeat(512), SEARCH)).not.toThrow();
  });

  it('looks through what is quoted or retweeted, not through what is answered', () => {
    const tweets = [{ id: '1', text: 'flood', entities: { hashtags: [{ tag: 'Lumenne' }] } }];
    const by = (type: string): ReturnType<typeof searchable> =>
      post({ text: 'yes', referenced_tweets: [{ type, id: '1' }] }, { tweets });
    for (const type of ['quoted', 'retweeted']) {
      expect(matches(parseRule('flood #lumenne yes'), by(type))).toBe(true);
    }
    expect(matches(parseRule('flood'), by('replied_to'))).toBe(false);
  });
});
