// The replay's input as messages: JSON lines, and result pages on one line or many, taken apart. Judges no message.
//
// Where a document ends is told by its lines. A line that is a whole object is a document, and so is one that is broken.
// A line that stops between two tokens with something left open goes on over the lines that can follow it by JSON's
// grammar. But a line cut off just there must not swallow its neighbours: so a line that begins with `{` or `[` at the
// margin begins a new document, unless it stands where a printer without indents puts it: in a document that began with
// a bare `{` or `[`, or as a post in the list of a page.
// When a document breaks, lines that begin with `{` and a key at the margin of an unindented one are documents of their
// own again; everything else of it is rejected as a whole, up to the next line that begins one.
import { BROKEN, Grammar, isSpace, UNFINISHED } from './grammar.ts';
import { LineSplitter, type Line } from './lines.ts';
import { alone, document, isKeyed, isPlain, lastOf, messageOf, type ReplayItem } from './messages.ts';
import { hasPageKey, mayBecomePage } from './pages.ts';
import { MAX_PAGE, Rejection, TOO_LONG } from '../rejection.ts';
import { beginsDocument, goOn, textOf, unfinished, type Part, type Unfinished } from './unfinished.ts';

const GROUP_BYTES = 1024 * 1024;
const LINE_FEED = Buffer.from('\n');
const DAMAGED = 'damaged: a document over several lines that is no valid JSON';

/**
 * Reads from the offset `from`, an item's `end` or 0. Yields what each chunk completes, at most about a megabyte at a time.
 * A message is one line, not yet parsed; it may be anything. No item is held once the next group is asked for.
 */
export async function* readDocuments(
  chunks: AsyncIterable<Uint8Array>,
  from: number,
): AsyncGenerator<ReplayItem[]> {
  const reader = new DocumentReader();
  const lines = new LineSplitter(from, (begun) => reader.mayBecomePage(begun));
  let skip = from;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).subarray(skip);
    skip -= Math.min(skip, chunk.byteLength);
    yield* grouped(reader.read(lines.feed(bytes)));
  }
  yield* grouped(reader.read(lines.end()));
  yield* grouped(reader.end());
}

function* grouped(items: Iterable<ReplayItem>): Generator<ReplayItem[]> {
  let group: ReplayItem[] = [];
  let size = 0;
  for (const item of items) {
    group.push(item);
    size += item.bytes.length;
    if (size < GROUP_BYTES) continue;
    yield group;
    group = [];
    size = 0;
  }
  if (group.length > 0) yield group;
}

class DocumentReader {
  #open: Unfinished | undefined;
  #damaged: Rejection | undefined;
  #end = 0;

  /** Whether what is open, or nothing, with these bytes behind it may become a page. */
  mayBecomePage(begun: Buffer): boolean {
    if (this.#open === undefined) return mayBecomePage(begun);
    if (this.#open.limit === MAX_PAGE) return true;
    return this.#open.rejection === undefined && mayBecomePage(Buffer.concat([...textOf(this.#open), begun]));
  }

  *read(lines: Iterable<Line>): Generator<ReplayItem> {
    for (const line of lines) {
      if (line.bytes instanceof Rejection) yield* this.#overlong(line.bytes, line.end);
      else yield* this.#take({ bytes: line.bytes, start: line.start, end: line.end });
      this.#end = line.end;
    }
  }

  *end(): Generator<ReplayItem> {
    yield* this.#break();
    yield* this.#flush(this.#end);
  }

  *#overlong(line: Rejection, end: number): Generator<ReplayItem> {
    yield* this.#break();
    yield* this.#flush(this.#end);
    yield line.item(TOO_LONG, end);
  }

  *#take(part: Part): Generator<ReplayItem> {
    const begins = beginsDocument(part.bytes);
    if (this.#damaged !== undefined && !begins) {
      this.#damaged.add(part.bytes).add(LINE_FEED);
      return;
    }
    yield* this.#flush(part.start);
    const taken = this.#open === undefined ? BROKEN : goOn(this.#open, part);
    if (taken === UNFINISHED) return;
    if (taken !== BROKEN) {
      yield* this.#finish(part, taken);
      return;
    }
    yield* this.#break();
    if (this.#damaged !== undefined && !begins) this.#damaged.add(part.bytes).add(LINE_FEED);
    else {
      yield* this.#flush(part.start);
      yield* this.#begin(part);
    }
  }

  *#begin(line: Part): Generator<ReplayItem> {
    let part = line;
    for (;;) {
      const first = part.bytes.findIndex((byte) => !isSpace(byte));
      if (first === -1) return;
      const grammar = new Grammar();
      // Asked of the line alone, not of what is left of it behind each of its documents.
      const plain = part === line && isPlain(part.bytes, first);
      const taken = plain ? BROKEN : grammar.feed(part.bytes, first);
      if (taken === BROKEN || (taken !== UNFINISHED && isMessageWithMore(part.bytes, taken))) {
        yield messageOf(part.bytes, part.end);
        return;
      }
      if (taken === UNFINISHED) {
        this.#open = unfinished(grammar, part, first);
        return;
      }
      yield* document(part.bytes.subarray(0, taken), part.start, endOf(part, taken));
      part = rest(part, taken);
    }
  }

  *#finish(part: Part, taken: number): Generator<ReplayItem> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const end = endOf(part, taken);
    if (open.rejection !== undefined) yield open.rejection.item(TOO_LONG, end);
    else
      yield* document(Buffer.concat(textOf(open)).subarray(0, -1), open.parts[0]?.start ?? part.start, end);
    yield* this.#begin(rest(part, taken));
  }

  /** The open document cannot go on: it falls apart into lines of their own, and what is rejected. */
  *#break(): Generator<ReplayItem> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    this.#damaged = open.rejection;
    for (const { bytes, start, end } of open.parts) {
      if (!open.indented && isKeyed(bytes)) {
        yield* this.#flush(start);
        yield* alone(bytes, start, end);
      } else this.#damaged = (this.#damaged ?? new Rejection()).add(bytes).add(LINE_FEED);
    }
  }

  *#flush(end: number): Generator<ReplayItem> {
    if (this.#damaged !== undefined) yield this.#damaged.item(DAMAGED, end);
    this.#damaged = undefined;
  }
}

/** A whole value that is no page, and something behind it on its line: the line is one bad message. */
function isMessageWithMore(bytes: Buffer, taken: number): boolean {
  return lastOf(bytes) >= taken && !hasPageKey(bytes.subarray(0, taken));
}

/** Where reading may go on behind the first `taken` bytes of a line: behind the line, if nothing is left of it. */
function endOf(part: Part, taken: number): number {
  return lastOf(part.bytes) < taken ? part.end : offsetIn(part, taken);
}

function rest(part: Part, taken: number): Part {
  return { bytes: part.bytes.subarray(taken), start: offsetIn(part, taken), end: part.end };
}

const offsetIn = (part: Part, taken: number): number => part.start + taken;
