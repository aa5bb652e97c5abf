// What of a post is searched for keywords: full texts, hashtags, mentions and expanded links, also of what it repeats or quotes.
// Not the post it answers, nobody's profile, no link to a picture.
import {
  includedPosts,
  isObject,
  type Json,
  noteOfV2,
  objectOf,
  type PostMessage,
  referencesOf,
  textOfV1,
  textOfV2,
} from '../eventing/post.ts';

/** How the posts of one form of message are read, so that both are treated alike. */
interface Form {
  readonly text: (post: Json) => string | undefined;
  readonly addEntities: (texts: string[], post: Json) => void;
}

const v1: Form = {
  text: textOfV1,
  addEntities(texts, status) {
    const extended = objectOf(status['extended_tweet'])['entities'];
    const entities = isObject(extended) ? extended : objectOf(status['entities']);
    add(texts, entities['hashtags'], 'text');
    add(texts, entities['user_mentions'], 'screen_name');
    add(texts, entities['urls'], 'expanded_url');
  },
};

const v2: Form = {
  text: textOfV2,
  addEntities(texts, post) {
    addV2Entities(texts, post['entities']);
    addV2Entities(texts, noteOfV2(post)['entities']);
  },
};

/** The texts that keywords are looked for in; `&amp;`, `&lt;` and `&gt;`, which X puts into its texts, undone. */
export function textsOf(message: PostMessage): string[] {
  const texts: string[] = [];
  const { post } = message;
  if (message.form === 'v1') {
    const repeated = objectOrNone(post['retweeted_status']);
    const quoted = objectOrNone(repeated?.['quoted_status']) ?? objectOrNone(post['quoted_status']);
    addAll(texts, v1, { post, repeated, quoted });
  } else {
    const repeated = referred(post, message.includes, 'retweeted');
    const quoted =
      (repeated && referred(repeated, message.includes, 'quoted')) ??
      referred(post, message.includes, 'quoted');
    addAll(texts, v2, { post, repeated, quoted });
  }
  return texts;
}

interface Parts {
  readonly post: Json;
  readonly repeated: Json | undefined;
  readonly quoted: Json | undefined;
}

function addAll(texts: string[], form: Form, { post, repeated, quoted }: Parts): void {
  const text = form.text(post) ?? '';
  // The text of a retweet, and what is marked in it, is the original's cut off: the prefix is all that it adds.
  const hasFull = repeated !== undefined && form.text(repeated) !== undefined;
  const prefix = hasFull ? /^RT @\w+: /.exec(text)?.[0] : undefined;
  addText(texts, prefix ?? text);
  if (prefix === undefined) form.addEntities(texts, post);
  for (const other of [repeated, quoted]) {
    if (other === undefined) continue;
    addText(texts, form.text(other) ?? '');
    form.addEntities(texts, other);
  }
}

function addText(texts: string[], text: string): void {
  texts.push(text.includes('&') ? text.replace(/&(amp|lt|gt);/g, unescape) : text);
}

const signs: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>' };
const unescape = (escaped: string, name: string): string => signs[name] ?? escaped;

function addV2Entities(texts: string[], value: unknown): void {
  if (!isObject(value)) return;
  add(texts, value['hashtags'], 'tag');
  add(texts, value['mentions'], 'username');
  add(texts, value['urls'], 'expanded_url');
  add(texts, value['urls'], 'unwound_url');
}

function add(texts: string[], list: unknown, key: string): void {
  if (!Array.isArray(list)) return;
  for (const item of list as readonly unknown[]) {
    const value = isObject(item) ? item[key] : undefined;
    if (typeof value === 'string') texts.push(value);
  }
}

const objectOrNone = (value: unknown): Json | undefined => (isObject(value) ? value : undefined);

/** The post that a v2 post repeats or quotes, when it came along. */
function referred(post: Json, includes: Json, type: 'retweeted' | 'quoted'): Json | undefined {
  const id = referencesOf(post).find((reference) => reference['type'] === type)?.['id'];
  return id === undefined ? undefined : includedPosts(includes).find((included) => included['id'] === id);
}
