// What is refused without ever being held: its first 64 KB, its length and its hash.
import { createHash } from 'node:crypto';

/** A message longer than this is no message (design: limits). A page may have more. */
export const MAX_MESSAGE = 512 * 1024;
export const MAX_PAGE = 64 * 1024 * 1024;
const KEPT = 64 * 1024;

export interface RejectedDocument {
  readonly kind: 'rejected';
  readonly reason: string;
  /** the first 64 KB */
  readonly bytes: Uint8Array;
  readonly length: number;
  /** of the whole, hexadecimal */
  readonly sha256: string;
  readonly end: number;
}

export class Rejection {
  readonly #hash = createHash('sha256');
  readonly #head: Buffer[] = [];
  #length = 0;

  add(bytes: Uint8Array): this {
    this.#hash.update(bytes);
    // Copied, so that a large buffer does not stay for its first bytes.
    if (this.#length < KEPT) this.#head.push(Buffer.from(bytes.subarray(0, KEPT - this.#length)));
    this.#length += bytes.length;
    return this;
  }

  item(reason: string, end: number): RejectedDocument {
    const bytes = Buffer.concat(this.#head);
    return { kind: 'rejected', reason, bytes, length: this.#length, sha256: this.#hash.digest('hex'), end };
  }
}

export function tooLong(bytes: Buffer, end: number): RejectedDocument {
  return new Rejection().add(bytes).item(TOO_LONG, end);
}

export const TOO_LONG = `longer than ${MAX_MESSAGE} bytes, and no result page of at most ${MAX_PAGE} bytes`;
