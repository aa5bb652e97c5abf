// The posts in one record: two lines each, ours and then the message untouched.
import { z } from 'zod';

export const MAX_POSTS = 256;
export const MAX_BYTES = 512 * 1024;

/** What the tracker knows of a post. `receivedAt` is RFC 3339 with microseconds: it decides between two copies. */
export const envelope = z.object({
  keywords: z.array(z.string()),
  rules: z.array(z.string()),
  receivedAt: z.iso.datetime(),
  via: z.enum(['stream', 'search', 'replay']),
  source: z.string(),
});
export type Envelope = z.infer<typeof envelope>;

export interface Post {
  readonly envelope: Envelope;
  /** one message without a line break in it */
  readonly message: Uint8Array;
}

const LINE_FEED = 0x0a;

/** Posts to be written one behind the other. */
export class Batch {
  readonly #posts: { readonly line: string; readonly message: Uint8Array }[] = [];
  #length = 0;

  /** How many bytes the batch has grown by; 0 when it is full and does not take the post. The first one it always takes. */
  add({ envelope: head, message }: Post): number {
    const line = JSON.stringify(head);
    const size = Buffer.byteLength(line) + message.length + 2;
    const posts = this.#posts.length;
    if (posts > 0 && (posts === MAX_POSTS || this.#length + size > MAX_BYTES)) return 0;
    this.#posts.push({ line, message });
    this.#length += size;
    return size;
  }

  /** The record's value. */
  bytes(): Uint8Array {
    // Memory of its own: what is left of Node's shared pieces would be held as long as this.
    const bytes = Buffer.allocUnsafeSlow(this.#length);
    let at = 0;
    for (const { line, message } of this.#posts) {
      at += bytes.write(line, at);
      bytes[at] = LINE_FEED;
      bytes.set(message, at + 1);
      at += message.length + 2;
      bytes[at - 1] = LINE_FEED;
    }
    return bytes;
  }
}

/** A post of a batch, or the bytes of what should have been one. */
export type Decoded = Post | { readonly bad: string; readonly bytes: Uint8Array };

/** Never throws: a damaged envelope or a missing line spoils only its own post. */
export function* decodeBatch(batch: Uint8Array): Generator<Decoded> {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let start = 0; start < bytes.length;) {
    const middle = lineEnd(bytes, start);
    const end = middle === bytes.length ? middle : lineEnd(bytes, middle + 1);
    const message = bytes.subarray(Math.min(middle + 1, end), end);
    const head = parseEnvelope(bytes.toString('utf8', start, middle));
    if (head === undefined)
      yield { bad: 'the envelope before the message is damaged', bytes: bytes.subarray(start, end) };
    else if (message.length === 0)
      yield { bad: 'the envelope has no message', bytes: bytes.subarray(start, end) };
    else yield { envelope: head, message };
    start = end + 1;
  }
}

function lineEnd(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(LINE_FEED, from);
  return found === -1 ? bytes.length : found;
}

function parseEnvelope(line: string): Envelope | undefined {
  try {
    return envelope.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
