// Bytes of a stream into lines, whatever the chunks: split at LF, CR before it dropped, nothing decoded.
// A line longer than the limit is not held: its start is kept, the rest counted and hashed.
import { createHash, type Hash } from 'node:crypto';

const LF = 0x0a;
const CR = 0x0d;
export const MAX_LINE = 512 * 1024;
export const KEPT_BYTES = 64 * 1024;

export type Line =
  { readonly bytes: Buffer } | { readonly bytes: Buffer; readonly length: number; readonly sha256: string };

export class LineReader {
  #parts: Buffer[] = [];
  #length = 0;
  #hash: Hash | undefined;

  /** The lines that this chunk completes; an empty line is a keep-alive and comes as one of no bytes. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
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
  end(): Line | undefined {
    return this.#length === 0 ? undefined : this.#finish();
  }

  #take(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#hash === undefined && this.#length <= MAX_LINE) {
      this.#parts.push(bytes);
      return;
    }
    if (this.#hash === undefined) {
      this.#hash = createHash('sha256');
      for (const part of this.#parts) this.#hash.update(part);
      this.#parts = [Buffer.concat([...this.#parts, bytes]).subarray(0, KEPT_BYTES)];
    }
    this.#hash.update(bytes);
  }

  #finish(): Line {
    const bytes = this.#parts.length === 1 ? (this.#parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#parts);
    const hash = this.#hash;
    const length = this.#length;
    this.#parts = [];
    this.#length = 0;
    this.#hash = undefined;
    if (hash !== undefined) return { bytes, length, sha256: hash.digest('hex') };
    return { bytes: bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes };
  }
}
