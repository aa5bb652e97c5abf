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
const newline = Buffer.from('\n');

/** A post's two lines, in parts that stand one after the other. */
export function encodePost({ envelope: head, message }: Post): Uint8Array[] {
  return [Buffer.from(`${JSON.stringify(head)}\n`), message, newline];
}

export function encodeBatch(posts: readonly Post[]): Uint8Array {
  return Buffer.concat(posts.flatMap(encodePost));
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
