// A service whose engines may be away when it starts: it answers from the first moment, with 503 until they are there.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../eventing/report.ts';

export interface Service {
  /** `env` is what the server says of the connection */
  fetch(request: Request, env?: object): Response | Promise<Response>;
  close(): Promise<void>;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
const NOT_YET = {
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  detail: 'What this service needs cannot be reached yet. Try again.',
  errors: [],
};

/**
 * Calls `open` at once, and again until it works; each new reason why it does not is told. Who calls during an attempt waits
 * for it, who calls between two is answered 503 (RFC 9457). `close` ends the attempts and closes what was opened.
 */
export function opening(open: () => Promise<Service>, report: Report): Service {
  const closing = new AbortController();
  let told = '';
  const attempt = (): Promise<Service | undefined> =>
    open().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== told) report('warning', `This cannot work yet and is tried again: ${why}`);
      told = why;
      return undefined;
    });
  let current = attempt();
  const insist = async (): Promise<void> => {
    for (
      let wait = FIRST_WAIT_MS;
      (await current) === undefined;
      wait = Math.min(2 * wait, LONGEST_WAIT_MS)
    ) {
      await sleep(wait, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      current = attempt();
    }
    if (told !== '') report('info', 'It works now.');
  };
  const insisted = insist();
  return {
    async fetch(request, env) {
      return (await current)?.fetch(request, env) ?? notYet();
    },
    async close() {
      closing.abort();
      await insisted;
      await (await current)?.close();
    },
  };
}

function notYet(): Response {
  const headers = { 'content-type': 'application/problem+json', 'retry-after': '2' };
  return Response.json(NOT_YET, { status: 503, headers });
}
