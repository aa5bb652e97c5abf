// Which events want a post: all keywords of all events at once, so that a post's cost does not grow with events it does not match.
import { isUtf8 } from 'node:buffer';
import { type Sorted, sort } from '../eventing/post.ts';
import { parseKeyword, type Term } from '../sql/keyword.ts';
import { TermFinder } from './terms.ts';
import { textsOf } from './texts.ts';

/** Event code to those of its keywords that matched, both in the order they were given. */
export type Matches = ReadonlyMap<string, readonly string[]>;

export interface Matcher {
  /** The words of a keyword may be spread over the texts; a phrase lies within one. */
  match(texts: Iterable<string>): Matches;
}

export interface Wanted {
  readonly code: string;
  readonly keywords: readonly string[];
}

interface Entry {
  readonly code: string;
  readonly text: string;
  /** the keyword's place among all */
  readonly rank: number;
  /** the number of a term besides the one it is listed under, and those of all further ones */
  readonly other: number | undefined;
  readonly more: readonly number[];
  /** the next keyword listed under the same term */
  readonly next: Entry | undefined;
}

const NONE: readonly number[] = [];
const NO_MATCHES: Matches = new Map();

/** A keyword without any word in it matches nothing. */
export function compile(events: readonly Wanted[]): Matcher {
  const { terms, keywords } = numbered(events);
  const finder = new TermFinder(terms);
  const listed = listedByTerm(keywords, finder);
  return {
    match(texts) {
      finder.begin();
      for (const text of texts) finder.read(text);
      return finder.count === 0 ? NO_MATCHES : grouped(matching(finder, listed));
    },
  };
}

function matching(finder: TermFinder, listed: readonly (Entry | undefined)[]): Entry[] {
  const entries: Entry[] = [];
  for (let index = 0; index < finder.count; index++) {
    const term = finder.found[index] ?? 0;
    for (let entry = listed[term]; entry !== undefined; entry = entry.next)
      if (hasRest(finder, entry)) entries.push(entry);
  }
  return entries;
}

function hasRest(finder: TermFinder, { other, more }: Entry): boolean {
  return other === undefined || (finder.has(other) && more.every((term) => finder.has(term)));
}

function grouped(entries: readonly Entry[]): Matches {
  const [first] = entries;
  if (first === undefined) return NO_MATCHES;
  const matches = new Map<string, string[]>();
  if (entries.length === 1) return matches.set(first.code, [first.text]);
  for (const { code, text } of entries.toSorted((a, b) => a.rank - b.rank)) {
    const keywords = matches.get(code);
    if (keywords === undefined) matches.set(code, [text]);
    else keywords.push(text);
  }
  return matches;
}

interface Numbered {
  readonly code: string;
  readonly text: string;
  /** numbers of its distinct terms */
  readonly terms: readonly number[];
}

/** The distinct terms of all keywords, numbered in the order in which they come. */
function numbered(events: readonly Wanted[]): { terms: readonly Term[]; keywords: readonly Numbered[] } {
  const numbers = new Map<string, number>();
  const terms: Term[] = [];
  const numberOf = (term: Term): number => {
    const name = term.join(' ');
    const number = numbers.get(name) ?? terms.push(term) - 1;
    numbers.set(name, number);
    return number;
  };
  const keywords = events.flatMap(({ code, keywords: texts }) =>
    texts.map((text) => ({ code, text, terms: [...new Set(parseKeyword(text).terms.map(numberOf))] })),
  );
  return { terms, keywords };
}

/**
 * For each term the keywords listed under it. A keyword is listed under its rarest term only: a thousand that
 * share "flood" with another word are not all looked at when "flood" is found.
 */
function listedByTerm(keywords: readonly Numbered[], { numbers, size }: TermFinder): (Entry | undefined)[] {
  const uses = new Int32Array(numbers.length);
  for (const { terms } of keywords) for (const term of terms) uses[term] = (uses[term] ?? 0) + 1;
  const listed = Array.from({ length: size }, (): Entry | undefined => undefined);
  for (const [rank, { code, text, terms }] of keywords.entries()) {
    const byUse = terms.toSorted((a, b) => (uses[a] ?? 0) - (uses[b] ?? 0));
    const [rarest, other, ...more] = byUse.map((term) => numbers[term] ?? 0);
    if (rarest === undefined) continue;
    const next = listed[rarest];
    listed[rarest] = { code, text, rank, other, more: more.length === 0 ? NONE : more, next };
  }
  return listed;
}

/** A line of a stream or file: what it is and, when it is a post, which events want it. */
export interface Routed {
  readonly sorted: Sorted;
  readonly matches: Matches;
}

/** Never throws: bytes that are no UTF-8 or no JSON are `invalid`, with the reason in words. */
export function route(matcher: Matcher, line: Uint8Array): Routed {
  const sorted = read(line);
  return { sorted, matches: sorted.kind === 'post' ? matcher.match(textsOf(sorted)) : NO_MATCHES };
}

function read(line: Uint8Array): Sorted {
  const bytes = Buffer.isBuffer(line) ? line : Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const text = bytes.toString();
  // What stands for bytes that could not be read is rare enough to look at the bytes only then.
  if (text.includes('\ufffd') && !isUtf8(bytes))
    return { kind: 'invalid', reason: 'the bytes are not valid UTF-8' };
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    // A RangeError, should the nesting be too deep for the parser, spoils no more than its own line either.
    return { kind: 'invalid', reason: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  return sort(message);
}
