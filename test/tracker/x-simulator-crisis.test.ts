import { describe, expect, it } from 'vitest';
import { objectOf, objectsOf, sort, type Json } from '../../eventing/post.ts';
import { crisisLines, type CrisisLine, type Form } from '../../tracker/x-simulator/lines.ts';
import { STRANDS } from '../../tracker/x-simulator/language.ts';
import { matches, searchable } from '../../tracker/x-simulator/rule-match.ts';
import { parseRule } from '../../tracker/x-simulator/rule.ts';
import { eventOfStrand, sampleEvents } from '../../tracker/x-simulator/sample-events.ts';

const start = new Date('2026-03-04T05:06:07.890Z');
const lines = (seed: number, count: number, as: Form = 'v2', rate = 6): CrisisLine[] =>
  Array.from(crisisLines(seed, { start, count, as, rate }));
const many = lines(1, 20_000);
const posts = many.filter((one) => one.kind === 'post');
const parsed = (line: CrisisLine): Json => objectOf(JSON.parse(line.line));
const dataOf = (line: CrisisLine): Json => objectOf(parsed(line)['data']);
const share = (count: number): number => count / many.length;
const shareOf = (is: (line: CrisisLine) => boolean): number => share(posts.filter(is).length);

const ruleOf = (keywords: readonly string[]): string =>
  keywords.map((keyword) => (keyword.startsWith('"') ? keyword : `(${keyword})`)).join(' OR ');
const rules = STRANDS.map((strand) => ({ strand, rule: parseRule(ruleOf(eventOfStrand[strand].keywords)) }));

describe('the sample crisis', () => {
  it('is the same for the same seed and another for another', () => {
    expect(lines(7, 500)).toEqual(lines(7, 500));
    expect(lines(7, 500)).not.toEqual(lines(8, 500));
  });

  it('never goes a second without a post for a sample event, over ten minutes', { timeout: 60_000 }, () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const wanted = lines(seed, 6000).filter((one) => one.kind === 'post' && one.post.strands.length > 0);
      const times = [start.getTime(), ...wanted.map((one) => one.post.at)].filter(
        (at) => at <= start.getTime() + 600_000,
      );
      expect(times.length).toBeGreaterThan(600);
      expect(times.at(-1)).toBeGreaterThan(start.getTime() + 599_000);
      const gaps = times.slice(1).map((at, index) => at - times[index]!);
      expect(Math.max(...gaps)).toBeLessThan(500);
    }
  });

  it('matches the sample event of each of its strands, and noise matches none', () => {
    for (const post of posts.slice(0, 5000)) {
      const words = searchable(parsed(post));
      const found = rules.filter(({ rule }) => matches(rule, words)).map(({ strand }) => strand);
      if (post.post.strands.length === 0) expect(found, post.line).toEqual([]);
      else expect(found, post.line).toEqual(expect.arrayContaining([...post.post.strands]));
    }
  });

  it('has about a quarter of noise, and posts that belong to several events', () => {
    const noise = posts.filter((one) => one.post.strands.length === 0).length / posts.length;
    expect(noise).toBeGreaterThan(0.2);
    expect(noise).toBeLessThan(0.3);
    expect(posts.filter((one) => one.post.strands.length > 1).length / posts.length).toBeGreaterThan(0.1);
  });

  it('speaks ten languages', () => {
    const counts = new Map<string, number>();
    for (const { post } of posts) counts.set(post.lang, (counts.get(post.lang) ?? 0) + 1);
    expect([...counts.keys()].toSorted()).toEqual([
      'ar',
      'de',
      'en',
      'es',
      'fr',
      'hi',
      'ja',
      'pt',
      'th',
      'uk',
    ]);
    for (const [lang, count] of counts) expect(count / posts.length, lang).toBeGreaterThan(0.02);
    expect(counts.get('en')! / posts.length).toBeLessThan(0.45);
  });

  it('hardly ever says the same twice', () => {
    const written = posts.filter((one) => one.post.kind !== 'retweet').map((one) => one.post.text);
    expect(new Set(written).size / written.length).toBeGreaterThan(0.98);
  });

  it('has retweets, quotes, replies, edits, long posts, links, media and places', () => {
    expect(shareOf((one) => one.post.kind === 'retweet')).toBeGreaterThan(0.15);
    expect(shareOf((one) => one.post.kind === 'quote')).toBeGreaterThan(0.05);
    expect(shareOf((one) => one.post.kind === 'reply')).toBeGreaterThan(0.08);
    expect(shareOf((one) => one.post.versions.length > 1)).toBeGreaterThan(0.02);
    expect(shareOf((one) => dataOf(one)['note_tweet'] !== undefined)).toBeGreaterThan(0.01);
    expect(shareOf((one) => one.post.links.length > 0)).toBeGreaterThan(0.1);
    expect(shareOf((one) => one.post.media.length > 0)).toBeGreaterThan(0.1);
    expect(shareOf((one) => one.post.place !== undefined)).toBeGreaterThan(0.05);
  });

  it('spoils one or two lines in a hundred, which no JSON reader takes, and has rare control messages', () => {
    const malformed = many.filter((one) => one.kind === 'malformed');
    expect(share(malformed.length)).toBeGreaterThan(0.01);
    expect(share(malformed.length)).toBeLessThan(0.02);
    for (const one of malformed) expect(() => JSON.parse(one.line) as unknown).toThrow(SyntaxError);
    const control = many.filter((one) => one.kind === 'control');
    expect(control.length).toBeGreaterThan(0);
    for (const one of control) expect(sort(JSON.parse(one.line))).toMatchObject({ kind: 'control' });
    for (const one of many) expect(one.line).not.toMatch(/[\r\n]/);
  });

  it('has ids that carry the time and strictly rise, also at 1,000 posts a second', () => {
    for (const made of [posts, lines(3, 5000, 'v2', 1000)]) {
      let last = 0n;
      for (const { post } of made) {
        expect(BigInt(post.id)).toBeGreaterThan(last);
        last = BigInt(post.id);
        expect(Number(last >> 22n) + 1_288_834_974_657).toBe(Math.floor(post.at));
      }
    }
  });

  it('comes in bursts and lulls', () => {
    const perTenSeconds = new Map<number, number>();
    for (const { post } of many.filter((one) => one.post.at < start.getTime() + 1_200_000)) {
      const slot = Math.floor((post.at - start.getTime()) / 10_000);
      perTenSeconds.set(slot, (perTenSeconds.get(slot) ?? 0) + 1);
    }
    const counts = [...perTenSeconds.values()];
    expect(Math.max(...counts)).toBeGreaterThan(3 * Math.min(...counts));
  });
});

describe('a post of the sample crisis', () => {
  it('is cut off as a retweet and whole in what comes with it', () => {
    const retweets = posts.filter((one) => one.post.kind === 'retweet');
    for (const one of retweets) {
      const original = objectsOf(objectOf(parsed(one)['includes'])['tweets'])[0]!;
      expect(dataOf(one)['text']).toMatch(/^RT @\w+: /);
      expect(objectsOf(dataOf(one)['referenced_tweets'])).toEqual([
        { type: 'retweeted', id: original['id'] },
      ]);
      expect(objectOf(original['note_tweet'])['text'] ?? original['text']).toBe(one.post.text);
    }
    expect(retweets.some((one) => String(dataOf(one)['text']).endsWith('…'))).toBe(true);
  });

  it('as an edit has a new id, the same author and all ids of its chain', () => {
    const byId = new Map(posts.map((one) => [one.post.id, one.post]));
    for (const one of posts.filter(({ post }) => post.versions.length > 1)) {
      const chain = [dataOf(one)['edit_history_tweet_ids']].flat().map(String);
      expect(chain.at(-1)).toBe(dataOf(one)['id']);
      expect(byId.get(chain.at(-2)!)?.versions).toEqual(chain.slice(0, -1));
      expect(byId.get(chain[0]!)?.author.id).toBe(dataOf(one)['author_id']);
    }
  });

  it('counts the places of its hashtags in characters, not in UTF-16 units', () => {
    const tagged = posts.filter((one) => /^✏️|🙏.*#/u.test(one.post.text));
    expect(tagged.length).toBeGreaterThan(10);
    for (const one of tagged) {
      const text = Array.from(String(dataOf(one)['text']));
      for (const tag of objectsOf(objectOf(dataOf(one)['entities'])['hashtags'])) {
        expect(text.slice(Number(tag['start']), Number(tag['end'])).join('')).toBe(`#${String(tag['tag'])}`);
      }
    }
  });

  it('names in its users everybody it speaks of, by ids that are strings', () => {
    for (const one of posts.slice(0, 2000)) {
      const users = objectsOf(objectOf(parsed(one)['includes'])['users']);
      expect(users.map((user) => user['id'])).toContain(dataOf(one)['author_id']);
      for (const user of users) expect(user['id']).toMatch(/^\d+$/);
    }
  });

  it('is a post in both forms, with the same id and text', () => {
    const old = lines(1, 2000, 'v1');
    for (const [index, one] of old.entries()) {
      expect(one.post).toEqual(many[index]!.post);
      if (one.kind !== 'post') continue;
      expect(sort(JSON.parse(one.line))).toMatchObject({ kind: 'post', form: 'v1' });
      expect(sort(parsed(many[index]!))).toMatchObject({ kind: 'post', form: 'v2' });
      expect(parsed(one)['id_str']).toBe(one.post.id);
    }
  });
});

describe('the sample events', () => {
  it('have keywords of several scripts, an exact phrase and a Japanese word', () => {
    const keywords = sampleEvents.flatMap((event) => event.keywords);
    expect(sampleEvents).toHaveLength(4);
    expect(keywords.some((keyword) => /^".+ .+"$/.test(keyword))).toBe(true);
    expect(keywords.some((keyword) => /\p{sc=Kana}/u.test(keyword))).toBe(true);
    expect(keywords.some((keyword) => /\p{sc=Arab}/u.test(keyword))).toBe(true);
  });
});
