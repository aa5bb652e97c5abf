// Which events want a post: all keywords of all events at once, so that a post's cost does not grow with events it does not match.
import { isUtf8 } from 'node:buffer';
import { type Sorted, sort } from '../eventing/post.ts';
import { parseKeyword } from '../sql/keyword.ts';
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
  /** numbers of its terms but the one it is listed under */
  readonly others: readonly number[];
}

/** The keywords listed under each term: those of term n from `starts[n]` to `starts[n + 1]`. */
interface Lists {
  readonly starts: Int32Array;
  readonly listed: readonly Entry[];
}

const NO_MATCHES: Matches = new Map();

/** A keyword without any word in it matches nothing. */
export function compile(events: readonly Wanted[]): Matcher {
  const { terms, lists } = index(events);
  const finder = new TermFinder(terms);
  return {
    match(texts) {
      finder.begin();
      for (const text of texts) finder.read(text);
      return finder.count === 0 ? NO_MATCHES : collect(finder, lists);
    },
  };
}

function collect(finder: TermFinder, { starts, listed }: Lists): Matches {
  const entries: Entry[] = [];
  for (let found = 0; found < finder.count; found++) {
    const term = finder.found[found] ?? 0;
    const end = starts[term + 1] ?? 0;
    for (let place = starts[term] ?? 0; place < end; place++) {
      const entry = listed[place];
      if (entry !== undefined && finder.hasAll(entry.others)) entries.push(entry);
    }
  }
  const [first] = entries;
  if (first === undefined) return NO_MATCHES;
  if (entries.length === 1) return new Map<string, string[]>().set(first.code, [first.text]);
  const matches = new Map<string, string[]>();
  for (const { code, text } of entries.toSorted((a, b) => a.rank - b.rank)) {
    const keywords = matches.get(code);
    if (keywords === undefined) matches.set(code, [text]);
    else keywords.push(text);
  }
  return matches;
}

/**
 * The distinct terms of all keywords, and for each the keywords listed under it. A keyword is listed under its
 * rarest term only: a thousand that share "flood" with another word are not all looked at when "flood" is found.
 */
function index(events: readonly Wanted[]): { terms: readonly (readonly string[])[]; lists: Lists } {
  const numbers = new Map<string, number>();
  const terms: (readonly string[])[] = [];
  const uses: number[] = [];
  const keywords = events.flatMap(({ code, keywords: texts }) =>
    texts.map((text) => {
      const own = parseKeyword(text).terms.map((term) => {
        const name = term.join(' ');
        const number = numbers.get(name) ?? terms.push(term) - 1;
        numbers.set(name, number);
        return number;
      });
      const distinct = [...new Set(own)];
      for (const number of distinct) uses[number] = (uses[number] ?? 0) + 1;
      return { code, text, terms: distinct };
    }),
  );
  const byTerm: Entry[][] = terms.map(() => []);
  for (const [rank, { code, text, terms: own }] of keywords.entries()) {
    const [rarest, ...others] = own.toSorted((a, b) => (uses[a] ?? 0) - (uses[b] ?? 0));
    if (rarest !== undefined) byTerm[rarest]?.push({ code, text, rank, others });
  }
  const starts = new Int32Array(terms.length + 1);
  for (const [term, entries] of byTerm.entries()) starts[term + 1] = (starts[term] ?? 0) + entries.length;
  return { terms, lists: { starts, listed: byTerm.flat() } };
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
  if (!isUtf8(line)) return { kind: 'invalid', reason: 'the bytes are not valid UTF-8' };
  const bytes = Buffer.isBuffer(line) ? line : Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  let message: unknown;
  try {
    message = JSON.parse(bytes.toString());
  } catch (error) {
    // A RangeError, should the nesting be too deep for the parser, spoils no more than its own line either.
    return { kind: 'invalid', reason: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  return sort(message);
}
