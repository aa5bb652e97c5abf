// One call to a Kubernetes API server: JSON there and back. A server that restarts, is busy or is slow is asked again for a while.
// Knows no kinds.
import { once } from 'node:events';
import {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as plainRequest,
  type RequestOptions,
} from 'node:http';
import { request as secureRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from './cluster.ts';
import type { Access } from './kubernetes-access.ts';
import { type Answer, meaningOf, retryAfterMs, wordsOf } from './kubernetes-answer.ts';

export interface Call {
  readonly method: 'GET' | 'PATCH' | 'DELETE';
  /** from the first slash on, with its query */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: unknown;
}

/** How long one call is tried in all, and one try may take, in ms. */
export interface Patience {
  readonly inAll: number;
  readonly once: number;
}

const PATIENCE: Patience = { inAll: 20_000, once: 10_000 };
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 3_000;

export type Send = (call: Call) => Promise<Answer>;

/**
 * Every call that we make may be made twice, so a try that failed is made again. Resolves with whatever says something of the
 * call itself. Throws {@link Unavailable} when the server does not answer in time, or does not know us.
 */
export function sender(access: Access, patience = PATIENCE): Send {
  return async (call) => {
    const deadline = performance.now() + patience.inAll;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const outcome = await attempt(access, call, patience.once);
      if (!(outcome instanceof Error) && meaningOf(outcome) !== 'again') return known(outcome);
      const asked = outcome instanceof Error ? undefined : outcome.retryAfterMs;
      // Half of it by chance: many who were turned away at once must not come back at once.
      const pause = asked ?? wait * (0.5 + Math.random() / 2);
      if (performance.now() + pause > deadline) throw unavailable(access, outcome);
      await sleep(pause);
    }
  };
}

function known(answer: Answer): Answer {
  if (meaningOf(answer) !== 'stranger') return answer;
  throw new Unavailable(`The Kubernetes API server does not know who we are: ${wordsOf(answer)}`);
}

function unavailable({ server }: Access, outcome: Answer | Error): Unavailable {
  const cause = outcome instanceof Error ? outcome : undefined;
  const why = outcome instanceof Error ? describe(outcome) : wordsOf(outcome);
  return new Unavailable(`The Kubernetes API server at ${server} does not answer: ${why}`, { cause });
}

/** An error of a name with several addresses has its words in its parts. */
function describe(error: Error): string {
  const [first]: unknown[] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? first.message : error.message;
}

async function attempt(access: Access, call: Call, ms: number): Promise<Answer | Error> {
  try {
    return await ask(access, call, AbortSignal.timeout(ms));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function ask(
  access: Access,
  { method, path, contentType, body }: Call,
  signal: AbortSignal,
): Promise<Answer> {
  const options = await access.credentials();
  const request = access.server.startsWith('http:') ? plainRequest : secureRequest;
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = {
    ...headersOf(options),
    accept: 'application/json',
    'user-agent': 'epicenter',
    ...(payload && { 'content-type': contentType ?? 'application/json', 'content-length': payload.length }),
  };
  const asking = request(`${access.server}${path}`, { ...options, method, headers, signal });
  asking.end(payload);
  const [response]: IncomingMessage[] = await once(asking, 'response', { signal });
  if (response === undefined) throw new Error('there was no response');
  return {
    status: response.statusCode ?? 0,
    retryAfterMs: retryAfterMs(response.headers['retry-after']),
    body: parsed(await textOf(response)),
  };
}

function headersOf({ headers = {} }: RequestOptions): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers));
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What is no JSON, such as a proxy's page, says nothing beyond its status. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
