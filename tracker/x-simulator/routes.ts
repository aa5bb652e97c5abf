// The simulator's calls: X's own under /2, which need a bearer token, and ours under /simulator, which need none.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { adminRoutes } from './admin.ts';
import {
  invalidRequest,
  plainProblem,
  TOO_MANY_CONNECTIONS,
  connectionProblem,
  type Answer,
} from './answer.ts';
import { z } from 'zod';
import { bodyOf, jsonOf, TOO_LARGE } from './body.ts';
import { openStream } from './stream.ts';
import { killConnections, listConnections } from './connections.ts';
import { insteadOf, ruleRefusal, type Instead } from './faults.ts';
import type { Call, Live, Route } from './live.ts';
import { count, rateHeaders } from './rate-limit.ts';
import { getRuleCounts, getRules, postRules } from './rules-api.ts';
import { searchRecent } from './search-api.ts';
import { getUsage, pay, refusalOf } from './usage.ts';

const MOST_CALLS = 10_000;

const routes: Readonly<Record<string, Route>> = {
  'GET /2/tweets/search/stream': (live, { query }, response) => openStream(live, query, response),
  'GET /2/tweets/search/stream/rules': ({ book }, { query, now }) => getRules(book, query, now),
  'POST /2/tweets/search/stream/rules': (live, { query, body, now }) =>
    postRules({ book: live.book, query, now, refused: (value) => ruleRefusal(live, value) }, body),
  'GET /2/tweets/search/stream/rules/counts': ({ book }, { now }) => getRuleCounts(book, now),
  'GET /2/tweets/search/recent': (live, { query, now }) => search(live, query, now),
  'GET /2/connections': ({ connections }, { query }) => listConnections(connections, query),
  'DELETE /2/connections': ({ connections }, { body }) => killListed(connections, body),
  'DELETE /2/connections/all': ({ connections }) => killConnections(connections, undefined),
  'DELETE /2/connections/filtered_stream': ({ connections }) => killConnections(connections, undefined),
  'GET /2/usage/tweets': ({ usage }, { query, now }) => getUsage(usage, query, now),
  ...adminRoutes,
};

/** Answers every request whose caller waits for the answer, unless it was ordered not to. */
export async function handle(live: Live, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '', parameters = ''] = (request.url ?? '').split('?', 2);
  const name = `${request.method} ${path}`;
  let body: string | undefined;
  try {
    body = await bodyOf(request);
  } catch {
    response.destroy(); // the caller left in the middle of its request: nobody waits for an answer
    return;
  }
  const now = live.clock.now();
  response.setHeader('date', new Date(now + live.standing.dateOffsetMs).toUTCString());
  const { headers, isExceeded } = count(live.windows, name, now);
  for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
  const { authorization } = request.headers;
  const asked = { name, authorization, body, isExceeded: isExceeded && live.options.rateLimits };
  const call = { query: new URLSearchParams(parameters), body: body ?? '', now };
  settle(live, asked, call, response);
}

function settle(live: Live, asked: Asked, call: Call, response: ServerResponse): void {
  const { name } = asked;
  const instead = insteadOf(live, name);
  if (instead?.do === 'silent-accept' || instead?.do === 'hang-up') {
    log(live, name, call.now, 0);
    if (instead.do === 'hang-up') response.socket?.destroy();
    return;
  }
  const refused = instead === undefined ? refusalBefore(asked) : ordered(instead, call.now);
  reply(live, asked, refused ?? routes[name]?.(live, call, response), response);
}

/** Undefined: the answer is under way. */
function reply(live: Live, { name }: Asked, given: Answer | undefined, response: ServerResponse): void {
  log(live, name, live.clock.now(), given?.status ?? 200);
  if (given === undefined) return;
  const { status, body, headers } = given;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

interface Asked {
  readonly name: string;
  readonly authorization: string | undefined;
  readonly body: string | undefined;
  readonly isExceeded: boolean;
}

/** What is refused before anybody looks at what is asked. */
function refusalBefore({ name, authorization, body, isExceeded }: Asked): Answer | undefined {
  if (name.includes(' /2/') && !/^Bearer \S+$/i.test(authorization ?? '')) return plainProblem(401);
  if (routes[name] === undefined) return plainProblem(404, `There is no ${name}.`);
  if (body === undefined) return invalidRequest(TOO_LARGE);
  return isExceeded ? plainProblem(429) : undefined;
}

function ordered(instead: Extract<Instead, { do: 'answer' }>, now: number): Answer {
  const { status, issue, resetMs } = instead;
  if (issue === 'TooManyConnections') return TOO_MANY_CONNECTIONS;
  if (issue !== undefined)
    return connectionProblem(status, issue, `The simulator was told to answer ${issue}.`);
  const headers = resetMs === undefined ? {} : rateHeaders(50, 0, now + resetMs);
  return { ...plainProblem(status), headers };
}

function log({ calls }: Live, call: string, at: number, status: number): void {
  if (!call.includes(' /2/')) return;
  calls.push({ at, call, status });
  if (calls.length > MOST_CALLS) calls.shift();
}

function search(live: Live, query: URLSearchParams, now: number): Answer {
  const refused = refusalOf(live.usage, now);
  if (refused !== undefined) return refused;
  const { answer, read } = searchRecent({
    archive: live.archive,
    query,
    now,
    delayMs: live.options.searchDelayMs,
  });
  for (const post of read) pay(live.usage, post, now);
  return answer;
}

const uuidBody = z.strictObject({ uuids: z.array(z.string()).min(1).max(100) });

function killListed(connections: Live['connections'], body: string): Answer {
  const parsed = uuidBody.safeParse(jsonOf(body));
  if (!parsed.success) return invalidRequest('The body must be {"uuids": […]}.');
  return killConnections(connections, parsed.data.uuids);
}
