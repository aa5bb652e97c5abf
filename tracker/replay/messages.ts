// What a whole line or document gives: one message, or the posts of a page.
import { Grammar, isSpace } from './grammar.ts';
import { hasPageKey, inOneLine, postsOf } from './pages.ts';
import { MAX_MESSAGE, tooLong, type RejectedDocument } from '../rejection.ts';

const OPEN_OBJECT = 0x7b;
const OPEN_LIST = 0x5b;
const CLOSE_OBJECT = 0x7d;

/** `end`: an offset in the unpacked input behind which a later reading loses nothing and repeats at most a page. */
export type ReplayItem =
  { readonly kind: 'message'; readonly bytes: Uint8Array; readonly end: number } | RejectedDocument;

/** Nothing that has to be looked into: no page, and nothing that goes on over the next line. */
export function isPlain(bytes: Buffer, first: number): boolean {
  if (!(bytes[first] === OPEN_OBJECT || bytes[first] === OPEN_LIST)) return true;
  return bytes[lastOf(bytes)] === CLOSE_OBJECT && !hasPageKey(bytes);
}

/** Begins with `{` and a key at the margin, as every line of JSON lines does. */
export function isKeyed(bytes: Buffer): boolean {
  return bytes[0] === OPEN_OBJECT && lastOf(bytes) > 0;
}

/** A line that is no part of anything larger. */
export function* alone(bytes: Buffer, start: number, end: number): Generator<ReplayItem> {
  const whole = new Grammar().feed(bytes, 0) === lastOf(bytes) + 1;
  if (whole) yield* document(bytes, start, end);
  else yield messageOf(bytes, end);
}

/** A whole document: the posts of a page, or one message. */
export function* document(bytes: Buffer, start: number, end: number): Generator<ReplayItem> {
  const posts = postsOf(bytes);
  if (posts === undefined) {
    yield messageOf(inOneLine(bytes), end);
    return;
  }
  let previous: Buffer | undefined;
  for (const post of posts) {
    // Before its last post a page is not done: a later reading begins it again.
    if (previous !== undefined) yield messageOf(previous, start);
    previous = post;
  }
  if (previous !== undefined) yield messageOf(previous, end);
}

export function messageOf(bytes: Buffer, end: number): ReplayItem {
  return bytes.length > MAX_MESSAGE ? tooLong(bytes, end) : { kind: 'message', bytes, end };
}

export function lastOf(bytes: Buffer): number {
  let last = bytes.length - 1;
  while (last >= 0 && isSpace(bytes[last])) last--;
  return last;
}
