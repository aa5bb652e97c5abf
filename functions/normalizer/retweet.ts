// A retweet's own text and entities are cut off; the post it repeats has them in full.
import { type Json, objectsOf } from '../../eventing/post.ts';
import { textsOf } from './values.ts';

// What a retweet's own text begins with. It names the author as of then; the name may have changed since.
const PREFIX = /^RT @\w{1,20}: /;

/** `RT @user: ` as the retweet itself says it, then the repeated text in full. `author` is its author's name now, where known. */
export function retweetText(own: string, full: string, author: string | undefined): string {
  const prefix = PREFIX.exec(own)?.[0] ?? (author === undefined ? undefined : `RT @${author}: `);
  return prefix === undefined ? own : prefix + full;
}

/** One value of each entity, from whichever list has more: a retweet's own, or that of the post it repeats. */
export function fuller(own: unknown, full: unknown, name: string): string[] {
  const mine = objectsOf(own);
  const theirs = own === full ? mine : objectsOf(full);
  return textsOf(theirs.length > mine.length ? theirs : mine, name);
}

/** A retweet mentions whom it repeats, and whomever that post mentions. */
export function withRetweeted(own: unknown, full: unknown, name: string): readonly Json[] {
  const mine = objectsOf(own);
  const theirs = own === full ? [] : objectsOf(full);
  if (theirs.length === 0) return mine;
  const known = new Set(mine.map((mention) => mention[name]));
  return [...mine, ...theirs.filter((mention) => !known.has(mention[name]))];
}
