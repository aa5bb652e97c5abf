// What stands in a made post's text: hashtags, mentions and links with their places, counted in code points as X does.
import type { MadePost } from './made-post.ts';

export type Entity = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'hashtag'; readonly tag: string }
  | { readonly kind: 'mention'; readonly username: string; readonly id: string }
  | {
      readonly kind: 'link';
      readonly url: string;
      readonly expanded: string;
      readonly media: string | undefined;
    }
);

const ENTITY = /(?<lead>#|@|https:\/\/t\.co\/)(?<rest>[\p{L}\p{M}\p{N}_]+)/gu;

/** Those of `text`, which is `of`'s text or a part of it. */
export function entitiesIn(text: string, of: MadePost): Entity[] {
  const found: Entity[] = [];
  let units = 0;
  let points = 0;
  for (const match of text.matchAll(ENTITY)) {
    points += codePoints(text.slice(units, match.index));
    units = match.index;
    const entity = entityOf(match[0], of, points);
    if (entity !== undefined) found.push(entity);
  }
  return found;
}

function entityOf(token: string, of: MadePost, start: number): Entity | undefined {
  const span = { start, end: start + codePoints(token) };
  if (token.startsWith('#')) return { ...span, kind: 'hashtag', tag: token.slice(1) };
  if (token.startsWith('@')) {
    const person = of.mentions.find((one) => token === `@${one.username}`);
    return person && { ...span, kind: 'mention', username: person.username, id: person.id };
  }
  const link = of.links.find((one) => one.url === token);
  if (link !== undefined) return { ...span, kind: 'link', media: undefined, ...link };
  const media = of.media.find((one) => one.url === token);
  return media && { ...span, kind: 'link', url: token, expanded: pageOf(of, media.type), media: media.key };
}

const pageOf = (post: MadePost, type: string): string =>
  `https://x.com/${post.author.username}/status/${post.id}/${type}/1`;

/** Half a surrogate pair never begins a token, so a slice between tokens counts whole characters. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The first `limit` code points. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return Array.from(text).slice(0, limit).join('');
}
