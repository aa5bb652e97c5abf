// Whether a post matches a rule: what is looked through, and how.
import { isObject, objectOf, objectsOf, stringOf, type Json } from '../../eventing/post.ts';
import { plain, type Rule } from './rule.ts';

/** A post's words as rules see them, each field on a line of its own with a space around it. */
export interface Searchable {
  readonly text: string;
  readonly tags: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
}

const SPACELESS = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}ー]/u;

/**
 * Of a v2 message `{data, includes}`: text and long text, hashtags, mentions and expanded links, also of the
 * posts that it quotes or repeats; not of one that it answers.
 */
export function searchable(message: Json): Searchable {
  const data = objectOf(message['data']);
  const shown = objectsOf(data['referenced_tweets']).filter((one) => one['type'] !== 'replied_to');
  const ids = new Set(shown.map((one) => one['id']));
  const included = objectsOf(objectOf(message['includes'])['tweets']).filter((one) => ids.has(one['id']));
  const posts = [data, ...included].flatMap((post) => [post, post['note_tweet']].filter(isObject));
  const tags = posts.flatMap((post) => entities(post, 'hashtags', 'tag'));
  const users = posts.flatMap((post) => entities(post, 'mentions', 'username'));
  const links = posts.flatMap((post) => entities(post, 'urls', 'expanded_url'));
  const fields = [...posts.flatMap((post) => stringOf(post['text']) ?? []), ...tags, ...users, ...links];
  return {
    text: fields.map((field) => ` ${plain(field)} `).join('\n'),
    tags: new Set(tags.map(plain)),
    users: new Set(users.map(plain)),
  };
}

const entities = (post: Json, kind: string, key: string): string[] =>
  objectsOf(objectOf(post['entities'])[kind]).flatMap((entity) => stringOf(entity[key]) ?? []);

export function matches(rule: Rule, post: Searchable): boolean {
  switch (rule.kind) {
    case 'words':
      return contains(post.text, rule.value);
    case 'tag':
      return post.tags.has(rule.value);
    case 'user':
      return post.users.has(rule.value);
    case 'not':
      return !matches(rule.rule, post);
    case 'and':
      return rule.rules.every((one) => matches(one, post));
    default:
      return rule.rules.some((one) => matches(one, post));
  }
}

/** Words of their own; beside a script that is written without spaces no boundary is asked. */
function contains(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    if (isEdge(text, at) && isEdge(text, at + words.length)) return true;
  }
  return false;
}

/** Between two characters of which one is a space or needs none. */
function isEdge(text: string, at: number): boolean {
  const pair = [before(text, at), String.fromCodePoint(text.codePointAt(at) ?? 32)];
  return pair.some((character) => character === ' ' || SPACELESS.test(character));
}

function before(text: string, at: number): string {
  const unit = text.charCodeAt(at - 1);
  const isLowSurrogate = unit >= 0xdc00 && unit <= 0xdfff;
  return isLowSurrogate ? text.slice(at - 2, at) : text.charAt(at - 1);
}
