// The messages that travel: X's v1.1 and v2 (in both dialects of its field names), told apart and read with one set of eyes.
// Nothing is checked here but what tells one kind from another: a stranger's message may hold anything anywhere.

export type Json = { readonly [key: string]: unknown };

/** A v1.1 status, or a v2 post with what it refers to. `rules` as X's `matching_rules`. */
export type PostMessage =
  | { readonly form: 'v1'; readonly post: Json }
  | { readonly form: 'v2'; readonly post: Json; readonly includes: Json; readonly rules: readonly Json[] };

export type Sorted =
  | ({ readonly kind: 'post' } & PostMessage)
  /** a message that is no post; `name` is its kind: `delete`, `limit`, `errors`, … */
  | { readonly kind: 'control'; readonly name: string; readonly message: Json }
  /** a search result page: `statuses` (v1.1) or a list in `data` (v2) */
  | { readonly kind: 'page'; readonly form: 'v1' | 'v2' }
  | { readonly kind: 'invalid'; readonly reason: string };

const V1_CONTROL = [
  'delete', 'scrub_geo', 'limit', 'status_withheld', 'user_withheld', 'disconnect', 'warning', 'friends', 'event',
] as const; // prettier-ignore
// `meta` alone is a result page without results.
const V2_CONTROL = ['errors', 'title', 'connection_issue', 'meta'] as const;
const CONTROL = [...V1_CONTROL, ...V2_CONTROL];
const NOTHING: Json = {};

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const objectOf = (value: unknown): Json => (isObject(value) ? value : NOTHING);
export const objectsOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? (value.every(isObject) ? value : value.filter(isObject)) : [];
export const stringOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** What a parsed message is. */
export function sort(message: unknown): Sorted {
  if (!isObject(message)) return { kind: 'invalid', reason: 'not a JSON object' };
  if (isObject(message['data'])) return sortV2(message, message['data']);
  if (Array.isArray(message['data'])) return { kind: 'page', form: 'v2' };
  if (Array.isArray(message['statuses'])) return { kind: 'page', form: 'v1' };
  return sortV1(message);
}

function sortV2(message: Json, post: Json): Sorted {
  const problem = problemOf(post['id'], textOfV2(post));
  return problem === undefined ? postOfV2(message, post) : { kind: 'invalid', reason: problem };
}

function postOfV2(message: Json, post: Json): Sorted {
  const rules = objectsOf(message['matching_rules']);
  return { kind: 'post', form: 'v2', post, includes: objectOf(message['includes']), rules };
}

function sortV1(message: Json): Sorted {
  const looksLikePost = message['id_str'] !== undefined || message['id'] !== undefined;
  const control = looksLikePost ? undefined : CONTROL.find((name) => message[name] !== undefined);
  if (control !== undefined) return { kind: 'control', name: control, message };
  if (isBareV2(message)) return sortV2(message, message);
  const problem = problemOf(idOfV1(message), textOfV1(message));
  return problem === undefined
    ? { kind: 'post', form: 'v1', post: message }
    : { kind: 'invalid', reason: problem };
}

/** A v2 post without its wrapper, as archives keep it: its `id` is a string, it has no `id_str` and no `user`. */
function isBareV2(message: Json): boolean {
  return (
    typeof message['id'] === 'string' && message['id_str'] === undefined && message['user'] === undefined
  );
}

/** Only what has no id or no text at all is no post. */
function problemOf(id: unknown, text: unknown): string | undefined {
  if (typeof id === 'number') return 'the id is a number that JSON readers round; an id must be a string';
  if (typeof id !== 'string' || !/^\d{1,20}$/.test(id)) return 'the id is missing or no string of digits';
  if (typeof text !== 'string') return 'the text is missing';
  return undefined;
}

/** A v1.1 id; one above 2^53 without `id_str` stays a number, because its digits are lost. */
export function idOfV1(status: Json): unknown {
  const id = status['id_str'] ?? status['id'];
  return typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id;
}

/** The full text of a v1.1 status, the cut-off one only if there is no other. */
export function textOfV1(status: Json): string | undefined {
  return (
    stringOf(objectOf(status['extended_tweet'])['full_text']) ??
    stringOf(status['full_text']) ??
    stringOf(status['text'])
  );
}

/** The entities of the full text where there is one, else of the cut-off text. */
export function entitiesOfV1(status: Json): Json {
  return objectOf(objectOf(status['extended_tweet'])['entities'] ?? status['entities']);
}

/** The long form of a v2 post, which has its own entities, in either dialect. */
export function noteOfV2(post: Json): Json {
  return objectOf(post['note_tweet'] ?? post['note_post']);
}

export function textOfV2(post: Json): string | undefined {
  return stringOf(noteOfV2(post)['text']) ?? stringOf(post['text']);
}

/** The entities of the full text where there is one, else of the cut-off text. */
export function entitiesOfV2(post: Json): Json {
  return objectOf(noteOfV2(post)['entities'] ?? post['entities']);
}

/** `{type, id}` of the posts that a v2 post answers, quotes or repeats. */
export function referencesOf(post: Json): readonly Json[] {
  return objectsOf(post['referenced_tweets'] ?? post['referenced_posts']);
}

/** The posts that came along with a v2 post. */
export function includedPosts(includes: Json): readonly Json[] {
  return objectsOf(includes['tweets'] ?? includes['posts']);
}
