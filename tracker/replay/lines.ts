// Bytes to lines, held no longer than needed: a line too long for what it can become is hashed as it comes and let go.
import { MAX_MESSAGE, MAX_PAGE, Rejection } from '../rejection.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** The mark that some programs begin a file with. */
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** `start` and `end` are offsets in the input; a line break belongs to the line before `end`, but not to `bytes`. */
export interface Line {
  readonly start: number;
  readonly end: number;
  /** the line, or what is known of one that was too long to hold */
  readonly bytes: Buffer | Rejection;
}

export class LineSplitter {
  /** Asked once a line is longer than a message: whether it may become a page. */
  readonly #mayBecomePage: (begun: Buffer) => boolean;
  #parts: Buffer[] = [];
  #held = 0;
  #limit = MAX_MESSAGE;
  #rejection: Rejection | undefined;
  #start: number;
  #at: number;

  constructor(offset: number, mayBecomePage: (begun: Buffer) => boolean) {
    this.#start = offset;
    this.#at = offset;
    this.#mayBecomePage = mayBecomePage;
  }

  *feed(chunk: Buffer): Generator<Line> {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to !== -1; to = chunk.indexOf(LINE_FEED, from)) {
      this.#hold(chunk.subarray(from, to));
      this.#at++;
      from = to + 1;
      yield this.#line();
    }
    this.#hold(chunk.subarray(from));
  }

  /** The last line, if it has no line break. */
  *end(): Generator<Line> {
    if (this.#at > this.#start) yield this.#line();
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#at += bytes.length;
    if (this.#rejection !== undefined) {
      this.#rejection.add(bytes);
      return;
    }
    this.#parts.push(bytes);
    this.#held += bytes.length;
    if (this.#held > this.#limit) this.#grow();
  }

  #grow(): void {
    const begun = Buffer.concat(this.#parts);
    if (this.#limit === MAX_MESSAGE && this.#held <= MAX_PAGE && this.#mayBecomePage(begun)) {
      this.#limit = MAX_PAGE;
      return;
    }
    this.#rejection = new Rejection().add(begun);
    this.#parts = [];
  }

  #line(): Line {
    const [only = Buffer.alloc(0)] = this.#parts;
    const whole = this.#parts.length > 1 ? Buffer.concat(this.#parts) : only;
    const mark = this.#start === 0 && whole.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
    const bytes = this.#rejection ?? withoutReturn(whole.subarray(mark));
    const line = { start: this.#start + mark, end: this.#at, bytes };
    this.#parts = [];
    this.#held = 0;
    this.#limit = MAX_MESSAGE;
    this.#rejection = undefined;
    this.#start = this.#at;
    return line;
  }
}

/** Without the CR of its line break. */
function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
