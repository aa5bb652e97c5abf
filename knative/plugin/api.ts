// The event API as a client sees it: JSON in, JSON out, problems in words. Follows no redirect, which could carry the token away.
import { z } from 'zod';
import { Failed } from './failures.ts';

export interface Answer {
  readonly value: unknown;
  readonly etag: string | undefined;
}

export interface Call {
  readonly body?: unknown;
  readonly ifMatch?: string | undefined;
}

export interface Api {
  /** `path` from the root, encoded. Rejects with {@link Failed}. */
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, call?: Call): Promise<Answer>;
}

export interface ApiSettings {
  readonly url: string;
  readonly token: string | undefined;
  readonly patienceMs: number;
}

// A page of a thousand tweets with everything in it is far below this.
const MOST_BYTES = 64 * 1024 * 1024;

export function openApi({ url, token, patienceMs }: ApiSettings): Api {
  const base = baseOf(url);
  checkToken(token);
  return {
    async call(method, path, { body, ifMatch } = {}) {
      const headers = {
        accept: 'application/json, application/problem+json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      };
      const init = {
        method,
        headers,
        redirect: 'manual',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      } as const;
      const response = await reached(base, () =>
        fetch(new URL(path.replace(/^\//, ''), base), { ...init, signal: AbortSignal.timeout(patienceMs) }),
      );
      const written = await reached(base, () => textOf(response));
      const value = parse(written);
      if (!response.ok) throw refusalOf(response.status, value, base);
      if (value === undefined) throw new Failed(`What answers at ${base.href} is no event API.`);
      return { value, etag: response.headers.get('etag') ?? undefined };
    },
  };
}

/** What an answer says, as far as it is shown here. A newer event API may say more. */
export function read<T>(schema: z.ZodType<T>, { value }: Answer): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Failed('The event API answered something else than expected.', [z.prettifyError(result.error)]);
}

function baseOf(url: string): URL {
  const base = URL.parse(url.endsWith('/') ? url : `${url}/`);
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new Failed(`EPICENTER_URL must be a URL such as http://127.0.0.1:8080, not '${url}'.`);
  }
  return base;
}

function checkToken(token: string | undefined): void {
  // A header can carry nothing else; the token itself is never said.
  if (token === undefined || /^[\x21-\x7e]+$/.test(token)) return;
  throw new Failed('API_TOKEN must be visible ASCII characters without spaces.');
}

async function reached<T>(base: URL, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failed) throw error;
    throw new Failed(`The event API at ${base.origin} cannot be reached: ${causeOf(error)}.`, [
      'EPICENTER_URL says where it is.',
    ]);
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer came in time';
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // Where a name has several addresses, each failed in its own way.
  return cause.message || ('code' in cause ? String(cause.code) : error.message);
}

async function textOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > MOST_BYTES) throw new Failed(`The answer has more than ${MOST_BYTES} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function parse(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}

const problem = z.object({
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
});

function refusalOf(status: number, value: unknown, base: URL): Failed {
  const { data } = problem.safeParse(value);
  if (data === undefined) return new Failed(`The event API at ${base.origin} answered ${status}.`);
  const fields = data.errors.map(({ field, message }) => `${field}: ${message}`);
  const hint = status === 401 ? ['API_TOKEN must hold the token that the event API was started with.'] : [];
  return new Failed(data.detail, [...fields, ...hint]);
}
