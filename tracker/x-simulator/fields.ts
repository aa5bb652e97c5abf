// Which fields of a post a caller gets, and in which of X's two dialects (facts/x-api §0.4, §1.6): only what was asked for,
// as "Fields" and "Expansions" in X's documentation have it; a name that does not exist is silently dropped.
import { isObject, objectOf, objectsOf, type Json } from '../../eventing/post.ts';

export type Dialect = 'tweet' | 'post';

/** What a request asked for, with the names of the `tweet` dialect. */
export interface Shape {
  readonly dialect: Dialect;
  readonly post: ReadonlySet<string>;
  readonly user: ReadonlySet<string>;
  readonly media: ReadonlySet<string>;
  readonly place: ReadonlySet<string>;
  /** kinds of `includes` */
  readonly includes: ReadonlySet<string>;
}

const POST_NAMES: Readonly<Record<string, string>> = {
  note_tweet: 'note_post',
  referenced_tweets: 'referenced_posts',
  edit_history_tweet_ids: 'edit_history_post_ids',
  retweet_count: 'repost_count',
  tweet_count: 'post_count',
  tweets: 'posts',
  pinned_tweet_id: 'pinned_post_id',
  most_recent_tweet_id: 'most_recent_post_id',
};
const TWEET_NAMES = Object.fromEntries(Object.entries(POST_NAMES).map(([tweet, post]) => [post, tweet]));
const ALWAYS = {
  post: ['id', 'text', 'edit_history_tweet_ids'],
  user: ['id', 'name', 'username'],
  media: ['media_key', 'type'],
  place: ['id', 'full_name'],
};
const INCLUDED: readonly (readonly [string, RegExp])[] = [
  ['users', /(?:author_id|in_reply_to_user_id|mentions\.username)$/],
  ['tweets', /^referenced_(?:tweets|posts)\.id$/],
  ['media', /media_keys$/],
  ['places', /^geo\.place_id$/],
];

/** Everything there is, as nobody asked for it. */
export const WHOLE: Shape | undefined = undefined;

/** `fallback` is the dialect of the endpoint: in it answers a request that names no fields of a post. */
export function shapeOf(query: URLSearchParams, fallback: Dialect): Shape {
  const list = (name: string): string[] => (query.get(name) ?? '').split(',').filter((one) => one !== '');
  const expansions = list('expansions');
  const asked = [...list('tweet.fields'), ...list('post.fields')].map((name) => TWEET_NAMES[name] ?? name);
  const of = (kind: 'user' | 'media' | 'place'): Set<string> =>
    new Set([...ALWAYS[kind], ...list(`${kind}.fields`).map((name) => TWEET_NAMES[name] ?? name)]);
  // An expansion brings the field that it expands.
  const expanded = expansions
    .map((name) => name.split('.')[0] ?? '')
    .map((name) => TWEET_NAMES[name] ?? name);
  return {
    dialect: query.has('post.fields') ? 'post' : query.has('tweet.fields') ? 'tweet' : fallback,
    post: new Set([...ALWAYS.post, ...asked, ...expanded.map((name) => (name === 'geo' ? 'geo' : name))]),
    user: of('user'),
    media: of('media'),
    place: of('place'),
    includes: new Set(
      INCLUDED.filter(([, by]) => expansions.some((one) => by.test(one))).map(([kind]) => kind),
    ),
  };
}

/** The message `{data, includes, …}` in that shape. */
export function shaped(message: Json, shape: Shape | undefined): Json {
  if (shape === undefined) return message;
  const { data, includes, ...rest } = message;
  const kept = includesIn(objectOf(includes), shape);
  const whole = {
    data: only(objectOf(data), shape.post),
    ...(Object.keys(kept).length > 0 && { includes: kept }),
    ...rest,
  };
  return shape.dialect === 'tweet' ? whole : objectOf(renamed(whole));
}

function includesIn(includes: Json, shape: Shape): Json {
  const kept: Record<string, Json[]> = {};
  const keys = { users: shape.user, tweets: shape.post, media: shape.media, places: shape.place };
  for (const [kind, names] of Object.entries(keys)) {
    const list = objectsOf(includes[kind]);
    if (list.length > 0 && shape.includes.has(kind)) kept[kind] = list.map((one) => only(one, names));
  }
  return kept;
}

const only = (object: Json, names: ReadonlySet<string>): Json =>
  Object.fromEntries(Object.entries(object).filter(([name]) => names.has(TWEET_NAMES[name] ?? name)));

/** With the names of the `post` dialect, at every depth. */
export function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [POST_NAMES[name] ?? name, renamed(inner)]),
  );
}
