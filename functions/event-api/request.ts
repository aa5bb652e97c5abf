// What a call says, read and checked: its JSON body, its query and its `If-Match`.
import type { Context } from 'hono';
import type { z } from 'zod';
import { checked } from './input.ts';
import { Problem } from './problem.ts';

/** The body as JSON. Throws a {@link Problem}: 415 for another media type, 400 for what is no JSON in UTF-8. */
export async function jsonBody(c: Context): Promise<unknown> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    const message = 'The body must be JSON and say so: Content-Type: application/json.';
    throw new Problem(415, message, [{ field: 'header Content-Type', message }]);
  }
  const bytes = await c.req.arrayBuffer();
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const message = bytes.byteLength === 0 ? 'The body is empty.' : `The body is no JSON: ${reason(cause)}.`;
    throw new Problem(400, 'The body is no JSON.', [{ field: 'body', message }]);
  }
}

// The engine's words quote the text; its position is enough.
function reason(cause: unknown): string {
  if (cause instanceof TypeError) return 'it is not UTF-8';
  const position = cause instanceof Error ? /at position \d+/.exec(cause.message)?.[0] : undefined;
  return position === undefined ? 'it ends too early or is malformed' : `malformed ${position}`;
}

/** The query's parameters. Throws a {@link Problem} 400 for one that is wrong, repeated or not there. */
export function queryOf<T>(c: Context, schema: z.ZodType<T>): T {
  const all = Object.entries(c.req.queries());
  const repeated = all.find(([, values]) => values.length > 1);
  if (repeated !== undefined) {
    const field = repeated[0].slice(0, 100);
    throw new Problem(400, 'A query parameter is repeated.', [{ field, message: 'Give this once.' }]);
  }
  return checked(schema, Object.fromEntries(all.map(([name, values]) => [name, values[0]])), 400);
}

// Versions count from 1.
const NO_VERSION = 0;

/**
 * The version that `If-Match` asks for; undefined without the header and for `*`. A tag that is well formed
 * but none of ours matches no version. Throws a {@link Problem} 400 for anything else (RFC 9110, 13.1.1).
 */
export function ifMatch(c: Context): number | undefined {
  const header = c.req.header('if-match')?.trim();
  if (header === undefined || header === '*') return undefined;
  const version = /^"([1-9]\d{0,14})"$/.exec(header)?.[1];
  if (version !== undefined) return Number(version);
  if (/^(?:W\/)?"[\x21\x23-\x7e]*"$/.test(header)) return NO_VERSION;
  const message = 'If-Match takes one entity tag as an ETag said it, such as "3" with its quotes.';
  throw new Problem(400, 'The header If-Match is malformed.', [{ field: 'header If-Match', message }]);
}
