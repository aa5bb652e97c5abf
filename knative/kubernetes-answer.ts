// What an answer of the Kubernetes API server means for whoever asked. Pure.
import { z } from 'zod';

export interface Answer {
  readonly status: number;
  /** what the server asks to wait, in ms */
  readonly retryAfterMs: number | undefined;
  readonly body: unknown;
}

/** `conflict`: look again, somebody was faster; `again`: the server's own trouble; `stranger`: it does not know us. */
export type Meaning = 'done' | 'absent' | 'conflict' | 'expired' | 'refused' | 'stranger' | 'again';

const MEANINGS: Readonly<Record<number, Meaning>> = {
  401: 'stranger',
  404: 'absent',
  409: 'conflict',
  410: 'expired',
  429: 'again',
};

const problem = z.object({ message: z.string() });
const LONGEST = 1_000;
// A 500, although it is the manifest that has a field or a type which the schema has not.
const NOT_TYPED = 'failed to create typed patch object';

/**
 * By HTTP status ("Kubernetes API Concepts", API conventions "HTTP Status codes"). What is not valid, forbidden, over a quota
 * or denied by an admission webhook (400, 403, 422) stays so until somebody changes something.
 */
export function meaningOf({ status, body }: Pick<Answer, 'status' | 'body'>): Meaning {
  if (status >= 200 && status < 300) return 'done';
  if (status === 500 && problem.safeParse(body).data?.message.startsWith(NOT_TYPED)) return 'refused';
  return MEANINGS[status] ?? (status >= 400 && status < 500 ? 'refused' : 'again');
}

/** The server's own words, at most a thousand characters. */
export function wordsOf({ status, body }: Answer): string {
  const said = problem.safeParse(body).data?.message ?? `it answered ${status}`;
  return said.length > LONGEST ? `${said.slice(0, LONGEST)}…` : said;
}

/** `Retry-After` in seconds, as the API server gives it; undefined for anything else. */
export function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : undefined;
}
