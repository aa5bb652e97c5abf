// A request's body, with a bound.
import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 8 * 1024 * 1024;
export const TOO_LARGE = `A body may have ${MAX_BODY_BYTES} bytes.`;

/** Undefined when it is too large; read to its end all the same, so that the answer arrives. */
export async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length <= MAX_BODY_BYTES) parts.push(bytes);
  }
  return length > MAX_BODY_BYTES ? undefined : Buffer.concat(parts).toString('utf8');
}

/** Undefined for what is no JSON: no request has that form, so it is answered as a malformed one. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
