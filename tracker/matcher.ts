// Which events want a post: all keywords of all events at once, so that a post's cost does not grow with events it does not match.
import { Buffer, isUtf8 } from 'node:buffer';
import { type Sorted, sort } from '../eventing/post.ts';
import { parseKeyword, type Term } from '../sql/keyword.ts';
import { TermFinder } from './terms.ts';
import { textsOf } from './texts.ts';

/** An event and those of its keywords that matched, in the order they were given. */
export interface Match {
  readonly code: string;
  readonly keywords: readonly string[];
}

export interface Matcher {
  /** The events in the order they were given. The words of a keyword may be spread over the texts; a phrase lies within one. */
  match(texts: Iterable<string>): readonly Match[];
}

export interface Wanted {
  readonly code: string;
  readonly keywords: readonly string[];
}

/**
 * All keywords by number, which is their place among all. Dense rows, no object for each: memory that a post
 * alone needs is slow, and a row has many keywords in each line of the cache.
 */
interface Keywords {
  readonly codes: readonly string[];
  readonly texts: readonly string[];
  /** by term where the record of a keyword listed under it is; 0 for none */
  readonly listed: Int32Array;
  /** for each keyword its number, where the next record under the same term is, how many other terms it has, and these */
  readonly records: Int32Array;
}

/** A keyword without any word in it matches nothing. */
export function compile(events: readonly Wanted[]): Matcher {
  const { terms, keywords } = numbered(events);
  const finder = new TermFinder(terms);
  const listed = listedByTerm(keywords, finder);
  return {
    match(texts) {
      finder.begin();
      for (const text of texts) finder.read(text);
      return grouped(matching(finder, listed), listed);
    },
  };
}

/** The numbers of the keywords all of whose terms were found. */
function matching(finder: TermFinder, { listed, records }: Keywords): number[] {
  const numbers: number[] = [];
  for (let index = 0; index < finder.count; index++) {
    let record = listed[finder.found[index] ?? 0] ?? 0;
    while (record !== 0) {
      if (hasRest(finder, records, record + 2)) numbers.push(records[record] ?? 0);
      record = records[record + 1] ?? 0;
    }
  }
  return numbers;
}

function hasRest(finder: TermFinder, records: Int32Array, start: number): boolean {
  const last = start + (records[start] ?? 0);
  for (let at = start + 1; at <= last; at++) if (!finder.has(records[at] ?? 0)) return false;
  return true;
}

function grouped(numbers: number[], { codes, texts }: Keywords): readonly Match[] {
  const matches: { code: string; keywords: string[] }[] = [];
  if (numbers.length > 1) numbers.sort((a, b) => a - b);
  for (const number of numbers) {
    const code = codes[number] ?? '';
    const text = texts[number] ?? '';
    const last = matches.at(-1);
    if (last?.code === code) last.keywords.push(text);
    else matches.push({ code, keywords: [text] });
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
 * A keyword is listed under its rarest term only: a thousand that share "flood" with another word are not all
 * looked at when "flood" is found.
 */
function listedByTerm(keywords: readonly Numbered[], { numbers, size }: TermFinder): Keywords {
  const uses = new Int32Array(numbers.length);
  for (const { terms } of keywords) for (const term of terms) uses[term] = (uses[term] ?? 0) + 1;
  const listed = new Int32Array(size);
  const records = [0];
  for (const [number, { terms }] of keywords.entries()) {
    const byUse = terms.toSorted((a, b) => (uses[a] ?? 0) - (uses[b] ?? 0));
    const [rarest, ...others] = byUse.map((term) => numbers[term] ?? 0);
    if (rarest === undefined) continue;
    const record = [number, listed[rarest] ?? 0, others.length, ...others];
    listed[rarest] = records.length;
    for (const value of record) records.push(value);
  }
  const codes = keywords.map(({ code }) => code);
  const texts = keywords.map(({ text }) => text);
  return { codes, texts, listed, records: Int32Array.from(records) };
}

/** A line of a stream or file: what it is and, when it is a post, which events want it. */
export interface Routed {
  readonly sorted: Sorted;
  readonly matches: readonly Match[];
}

/** Never throws: bytes that are no UTF-8 or no JSON are `invalid`, with the reason in words. */
export function route(matcher: Matcher, line: Uint8Array): Routed {
  const sorted = read(line);
  return { sorted, matches: sorted.kind === 'post' ? matcher.match(textsOf(sorted)) : [] };
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
