// Bytes of a stream into lines, whatever the chunks: split at LF, CR before it dropped, nothing decoded.
// A line longer than a message may be is not held: its start is kept, the rest counted and hashed.
import { MAX_MESSAGE, Rejection, type RejectedDocument } from './rejection.ts';

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

export class LineReader {
  #parts: Buffer[] = [];
  #length = 0;
  #tooLong: Rejection | undefined;

  /** The lines that this chunk completes; an empty line is a keep-alive and comes as one of no bytes. */
  push(chunk: Buffer): (Buffer | RejectedDocument)[] {
    const lines: (Buffer | RejectedDocument)[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      this.#take(chunk.subarray(start, end));
      lines.push(this.#finish());
      start = end + 1;
    }
    if (start < chunk.length) this.#take(chunk.subarray(start));
    return lines;
  }

  /** What came after the last line end: a message when the sender closed without one. */
  end(): Buffer | RejectedDocument | undefined {
    return this.#length === 0 ? undefined : this.#finish();
  }

  #take(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#tooLong === undefined && this.#length <= MAX_MESSAGE) {
      this.#parts.push(bytes);
      return;
    }
    this.#tooLong ??= this.#parts.reduce((rejection, part) => rejection.add(part), new Rejection());
    this.#parts = [];
    this.#tooLong.add(bytes);
  }

  #finish(): Buffer | RejectedDocument {
    const [first = EMPTY] = this.#parts;
    const bytes = this.#parts.length > 1 ? Buffer.concat(this.#parts) : first;
    const tooLong = this.#tooLong?.item(`longer than ${MAX_MESSAGE} bytes`, 0);
    this.#parts = [];
    this.#length = 0;
    this.#tooLong = undefined;
    return tooLong ?? (bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes);
  }
}
