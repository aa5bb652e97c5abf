// Whether a post matches a rule: what is looked through, and how.
import {
  includedPosts,
  isObject,
  objectOf,
  objectsOf,
  referencesOf,
  stringOf,
  type Json,
} from '../../eventing/post.ts';
import type { Rule } from './rule.ts';
import { contains, fieldsOf, plain, type Accents } from './text.ts';

/** A post as rules see it. */
export interface Searchable {
  readonly text: string;
  readonly urls: string;
  readonly tags: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  /** name and id of who wrote it */
  readonly author: ReadonlySet<string>;
  readonly lang: string;
  readonly is: ReadonlySet<string>;
  readonly has: ReadonlySet<string>;
}

/** Where it is looked for: the stream looks into quoted posts and minds accents, search does neither (facts/x-api §1.2). */
export interface Scope {
  readonly quoted: boolean;
  readonly accents: Accents;
}

const STREAM_SCOPE: Scope = { quoted: true, accents: 'exact' };
const IS: Readonly<Record<string, string>> = { retweeted: 'retweet', quoted: 'quote', replied_to: 'reply' };

/**
 * Of a v2 message `{data, includes}` in either dialect: text and long text, hashtags, mentions and links, also of the
 * posts that it quotes or repeats; not of one that it answers.
 */
export function searchable(message: Json, { quoted, accents }: Scope = STREAM_SCOPE): Searchable {
  const data = objectOf(message['data']);
  const references = referencesOf(data);
  const shown = new Set(
    references
      .filter(({ type }) => type === 'retweeted' || (quoted && type === 'quoted'))
      .map((one) => one['id']),
  );
  const included = includedPosts(objectOf(message['includes'])).filter((one) => shown.has(one['id']));
  const posts = [data, ...included].flatMap((post) =>
    [post, post['note_tweet'], post['note_post']].filter(isObject),
  );
  const entities = (kind: string, key: string): string[] =>
    posts.flatMap((post) => entitiesOf(post, kind, key));
  const urls = ['url', 'expanded_url', 'unwound_url'].flatMap((key) => entities('urls', key));
  const named = (names: readonly string[]): Set<string> => new Set(names.map((name) => plain(name, accents)));
  return {
    text: fieldsOf(posts.flatMap((post) => stringOf(post['text']) ?? []), accents), // prettier-ignore
    urls: fieldsOf(urls, accents),
    tags: named(entities('hashtags', 'tag')),
    users: named(entities('mentions', 'username')),
    author: authorOf(message, data),
    lang: (stringOf(data['lang']) ?? '').toLowerCase(),
    is: new Set(references.flatMap(({ type }) => IS[String(type)] ?? [])),
    has: hasOf(message, data),
  };
}

const entitiesOf = (post: Json, kind: string, key: string): string[] =>
  objectsOf(objectOf(post['entities'])[kind]).flatMap((entity) => stringOf(entity[key]) ?? []);

function authorOf(message: Json, data: Json): Set<string> {
  const id = stringOf(data['author_id']);
  if (id === undefined) return new Set();
  const user = objectsOf(objectOf(message['includes'])['users']).find((one) => one['id'] === id);
  return new Set([id, (stringOf(user?.['username']) ?? '').toLowerCase()]);
}

function hasOf(message: Json, data: Json): Set<string> {
  const has = new Set<string>();
  const entities = objectOf(data['entities']);
  for (const [kind, name] of [['hashtags', 'hashtags'], ['urls', 'links'], ['mentions', 'mentions']] as const) {
    if (objectsOf(entities[kind]).length > 0) has.add(name);
  } // prettier-ignore
  if (isObject(data['geo'])) has.add('geo');
  const keys = new Set([objectOf(data['attachments'])['media_keys']].flat());
  for (const media of objectsOf(objectOf(message['includes'])['media'])) {
    if (!keys.has(media['media_key'])) continue;
    has.add('media').add(media['type'] === 'photo' ? 'images' : 'videos');
  }
  return has;
}

export function matches(rule: Rule, post: Searchable): boolean {
  switch (rule.kind) {
    case 'words':
      return contains(post.text, rule.value);
    case 'url':
      return contains(post.urls, rule.value);
    case 'tag':
      return post.tags.has(rule.value);
    case 'user':
      return post.users.has(rule.value);
    case 'from':
      return post.author.has(rule.value);
    case 'lang':
      return post.lang === rule.value;
    case 'is':
    case 'has':
      return post[rule.kind].has(rule.value);
    default:
      return joins(rule, post);
  }
}

function joins(rule: Extract<Rule, { kind: 'not' | 'and' | 'or' }>, post: Searchable): boolean {
  if (rule.kind === 'not') return !matches(rule.rule, post);
  if (rule.kind === 'and') return rule.rules.every((one) => matches(one, post));
  return rule.rules.some((one) => matches(one, post));
}
