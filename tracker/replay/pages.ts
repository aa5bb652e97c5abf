// Result pages: how to know one, and its posts taken out byte for byte.
import {
  isObject,
  noteOfV2,
  objectOf,
  objectsOf,
  referencesOf,
  sort,
  type Json,
} from '../../eventing/post.ts';
import { elements, members, type Slice } from './slices.ts';

const LINE_BREAKS = [0x0a, 0x0d];
const SPACE = 0x20;
// In a string the quotes would be escaped, so that this is a key or a value; which, and how deep, is looked at when it is found.
const PAGE_KEY = /"statuses"\s*:\s*\[|"data"\s*:\s*\[/;
// X leaves `data` away where nothing was found.
const NO_RESULTS = /"result_count"\s*:\s*0\b/;
const META = /^\s*\{\s*"meta"/;
/** Members that pages have beside their posts, and that may come before them. */
const BESIDE = new Set(['includes', 'errors', 'meta', 'search_metadata']);

type Form = 'v1' | 'v2';

/** Whether it is worth looking for a page's list in these bytes: cheap, for every line; wrong only in saying yes. */
export function hasPageKey(bytes: Buffer): boolean {
  // A pattern over text passes over quotes many times faster than a search in bytes, which stops at each.
  const text = bytes.toString('latin1');
  return PAGE_KEY.test(text) || META.test(text);
}

/** Whether a document that begins like this can be a page: its list is there, or what else a page has. */
export function mayBecomePage(prefix: Buffer): boolean {
  const start = beginOf(prefix);
  if (formOfPage(prefix, start) !== undefined) return true;
  const keys = Array.from(members(prefix, start), (part) => part.key);
  return keys.some((key) => BESIDE.has(key)) && !keys.includes('data');
}

/** The form of the page that begins at `at`; undefined for anything else. */
function formOfPage(bytes: Buffer, at: number): Form | undefined {
  // The kinds of the top level's values are all that tells a page; the values themselves may be large.
  const outline: Record<string, unknown> = {};
  for (const { key, start } of members(bytes, at)) {
    if (key === 'data' || key === 'statuses')
      outline[key] = bytes[start] === 0x5b ? [] : kindOf(bytes[start]);
  }
  const sorted = sort(outline);
  return sorted.kind === 'page' ? sorted.form : undefined;
}

const kindOf = (first: number | undefined): unknown => (first === 0x7b ? {} : null);

/** The posts of a page, each as one message without a line break; undefined when the document is no page. */
export function postsOf(page: Buffer): Iterable<Buffer> | undefined {
  const at = beginOf(page);
  const form = formOfPage(page, at);
  const parts = new Map(Array.from(members(page, at), (part) => [part.key, part]));
  if (form === undefined) return isWithoutPosts(page, parts) ? [] : undefined;
  if (form === 'v1') return statuses(page, parts.get('statuses'));
  return posts(page, parts.get('data'), parts.get('includes'));
}

const beginOf = (bytes: Buffer): number => bytes.findIndex((byte) => byte > 0x20);

function isWithoutPosts(page: Buffer, parts: ReadonlyMap<string, Slice>): boolean {
  const meta = parts.get('meta');
  if (meta === undefined || !Array.from(parts.keys()).every((key) => BESIDE.has(key))) return false;
  return NO_RESULTS.test(take(page, meta).toString('latin1'));
}

function* statuses(page: Buffer, list: Slice | undefined): Generator<Buffer> {
  for (const post of elements(page, list?.start ?? page.length)) yield inOneLine(take(page, post));
}

function* posts(page: Buffer, list: Slice | undefined, beside: Slice | undefined): Generator<Buffer> {
  const included = includesOf(page, beside);
  for (const slice of elements(page, list?.start ?? page.length)) {
    const bytes = take(page, slice);
    const includes = Buffer.concat(includesFor(objectOf(parse(bytes)), included));
    yield inOneLine(
      Buffer.concat([
        Buffer.from('{"data":'),
        bytes,
        Buffer.from(',"includes":{'),
        includes,
        Buffer.from('}}'),
      ]),
    );
  }
}

/** One of the things beside the posts, by the names that a post may call it by. */
interface Included {
  readonly names: readonly string[];
  readonly bytes: Buffer;
  readonly value: Json;
}

type Includes = ReadonlyMap<string, readonly Included[]>;

function includesOf(page: Buffer, beside: Slice | undefined): Includes {
  const includes = new Map<string, Included[]>();
  for (const { key, start } of members(page, beside?.start ?? page.length)) {
    const list = Array.from(elements(page, start), (slice) => {
      const bytes = take(page, slice);
      const value = objectOf(parse(bytes));
      return { names: namesOf(key, value), bytes, value };
    });
    includes.set(key, list);
  }
  return includes;
}

function namesOf(kind: string, value: Json): string[] {
  const names = [value['id'], value['media_key'], kind === 'users' ? value['username'] : undefined];
  return names.filter((name) => typeof name === 'string').map((name) => `${kindName(kind)} ${name}`);
}

/** Both dialects name a post's list differently. */
const kindName = (kind: string): string => (kind === 'posts' ? 'tweets' : kind);

/** The members of `includes` that a post refers to, itself or by the posts that it refers to. */
function includesFor(post: Json, includes: Includes): Buffer[] {
  const wanted = new Set([...namesIn(post), ...namesInOwn(post)]);
  const referred = new Set(referencesOf(post).map((reference) => `tweets ${String(reference['id'])}`));
  for (const name of referred) wanted.add(name);
  for (const { names, value } of [...(includes.get('tweets') ?? []), ...(includes.get('posts') ?? [])]) {
    if (names.some((name) => referred.has(name))) for (const name of namesIn(value)) wanted.add(name);
  }
  const lists: Buffer[] = [];
  for (const [key, list] of includes) {
    const found = list.filter(({ names }) => names.some((name) => wanted.has(name)));
    if (found.length > 0) lists.push(member(key, found, lists.length === 0 ? '' : ','));
  }
  return lists;
}

function member(key: string, found: readonly Included[], before: string): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`${before}${JSON.stringify(key)}:[`)];
  for (const [index, { bytes }] of found.entries()) parts.push(Buffer.from(index === 0 ? '' : ','), bytes);
  return Buffer.concat([...parts, Buffer.from(']')]);
}

/** Author, media and place: what also comes with a post that is referred to. */
function namesIn(post: Json): string[] {
  return [
    ...named('users', [post['author_id']]),
    ...named('media', objectOf(post['attachments'])['media_keys']),
    ...named('places', [objectOf(post['geo'])['place_id']]),
  ];
}

/** The one answered, polls, and who is mentioned: by id, or by name where a mention has no id. */
function namesInOwn(post: Json): string[] {
  const parts = [post, noteOfV2(post)];
  const mentions = parts.flatMap((part) => objectsOf(objectOf(part['entities'])['mentions']));
  return [
    ...named('users', [post['in_reply_to_user_id']]),
    ...named('polls', objectOf(post['attachments'])['poll_ids']),
    ...named('users', mentions.map((mention) => mention['id'] ?? mention['username'])), // prettier-ignore
  ];
}

function named(kind: string, names: unknown): string[] {
  return Array.isArray(names)
    ? names.filter((name) => typeof name === 'string').map((name) => `${kind} ${name}`)
    : [];
}

const take = (bytes: Buffer, { start, end }: Slice): Buffer => bytes.subarray(start, end);

/** Line breaks between tokens become spaces; within a string there are none. */
export function inOneLine(bytes: Buffer): Buffer {
  if (LINE_BREAKS.every((sign) => !bytes.includes(sign))) return bytes;
  const line = Buffer.from(bytes);
  for (const sign of LINE_BREAKS) {
    for (let at = line.indexOf(sign); at !== -1; at = line.indexOf(sign, at + 1)) line[at] = SPACE;
  }
  return line;
}

function parse(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isObject(value) ? value : undefined;
  } catch {
    // The tracker judges the message; here it only refers to nothing.
    return undefined;
  }
}
