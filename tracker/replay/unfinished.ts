// A document over several lines while it is being read: which lines it takes, and how much of it is held.
import { BROKEN, isSpace, UNFINISHED, type Grammar } from './grammar.ts';
import { hasPageKey, mayBecomePage } from './pages.ts';
import { MAX_MESSAGE, MAX_PAGE, Rejection } from '../rejection.ts';

const OPENERS = new Set([0x7b, 0x5b]);
const LINE_FEED = Buffer.from('\n');

/** A line, or what is left of it; `start` and `end` are offsets in the input. */
export interface Part {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A document that goes on over the next line. */
export interface Unfinished {
  readonly grammar: Grammar;
  readonly parts: Part[];
  /** whether its first line is but a bracket, or ends in a page's list */
  readonly bare: boolean;
  readonly list: boolean;
  indented: boolean | undefined;
  size: number;
  limit: number;
  /** once it is too long to be held */
  rejection: Rejection | undefined;
}

/** Begins with a bracket at the margin. */
export const beginsDocument = (bytes: Buffer): boolean => OPENERS.has(bytes[0] ?? 0);

export const textOf = (open: Unfinished): Buffer[] => open.parts.flatMap(({ bytes }) => [bytes, LINE_FEED]);

export function unfinished(grammar: Grammar, part: Part, first: number): Unfinished {
  const text = part.bytes.subarray(first).toString('latin1').trimEnd();
  const list = grammar.depth === 2 && text.endsWith('[') && hasPageKey(part.bytes);
  const open: Unfinished = {
    grammar,
    parts: [],
    bare: text.length === 1,
    list,
    indented: undefined,
    size: 0,
    limit: MAX_MESSAGE,
    rejection: undefined,
  };
  keep(open, part);
  return open;
}

/** Takes a further line, if the document can go on with it. What {@link Grammar.feed} returns. */
export function goOn(open: Unfinished, part: Part): number {
  if (open.indented === undefined && !part.bytes.every(isSpace)) open.indented = isSpace(part.bytes[0]);
  if (beginsDocument(part.bytes) && (open.indented || !(open.bare || open.list))) return BROKEN;
  const taken = open.grammar.feed(part.bytes, 0);
  if (taken !== BROKEN)
    keep(open, taken === UNFINISHED ? part : { ...part, bytes: part.bytes.subarray(0, taken) });
  return taken;
}

function keep(open: Unfinished, part: Part): void {
  if (open.rejection !== undefined) {
    open.rejection.add(part.bytes).add(LINE_FEED);
    return;
  }
  open.parts.push(part);
  open.size += part.bytes.length + 1;
  if (open.size <= open.limit) return;
  const text = Buffer.concat(textOf(open));
  if (open.size <= MAX_PAGE && mayBecomePage(text)) {
    open.limit = MAX_PAGE;
    return;
  }
  open.rejection = new Rejection().add(text);
  open.parts.length = 0;
}
