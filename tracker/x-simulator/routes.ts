// The simulator's calls: X's own under /2, which need a bearer token, and ours under /simulator, which need none.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openConnection, type Connection } from './connection.ts';
import type { Feed } from './feed.ts';
import { listed, type RuleBook } from './rule-book.ts';
import { getRuleCounts, getRules, invalidRequest, postRules, type Answer } from './rules-api.ts';
import { limitHeaders, type Windows } from './rate-limit.ts';

/** All that changes while the simulator runs. */
export interface Live {
  readonly book: RuleBook;
  readonly keepAliveMs: number;
  readonly feed: Feed;
  connection: Connection | undefined;
  readonly counters: { generated: number; matching: number; delivered: number; connections: number };
  readonly windows: Windows;
  paused: boolean;
}

interface Call {
  readonly query: URLSearchParams;
  readonly body: string;
  readonly now: number;
}

/** Undefined: the route has answered by itself. */
type Route = (live: Live, call: Call, response: ServerResponse) => Answer | undefined;

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const PROBLEMS = 'https://api.x.com/2/problems';

const routes: Readonly<Record<string, Route>> = {
  'GET /2/tweets/search/stream': (live, _, response) => connect(live, response),
  'GET /2/tweets/search/stream/rules': ({ book }, { query, now }) => getRules(book, query, now),
  'POST /2/tweets/search/stream/rules': ({ book }, { query, body, now }) => postRules(book, query, body, now),
  'GET /2/tweets/search/stream/rules/counts': ({ book }, { now }) => getRuleCounts(book, now),
  'DELETE /2/connections/filtered_stream': (live) => kill(live),
  'GET /simulator': (live) => state(live),
  'POST /simulator/pause': (live) => pause(live, true),
  'POST /simulator/resume': (live) => pause(live, false),
  'POST /simulator/disconnect': (live, { query }) => disconnect(live, query.get('how') ?? 'clean'),
};

/** Answers every request whose caller waits for the answer. */
export async function handle(live: Live, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '', search = ''] = (request.url ?? '').split('?', 2);
  const name = `${request.method} ${path}`;
  const now = Date.now();
  for (const [header, value] of Object.entries(limitHeaders(live.windows, name, now))) {
    response.setHeader(header, value);
  }
  let body: string | undefined;
  try {
    body = await bodyOf(request);
  } catch {
    response.destroy(); // the caller left in the middle of its request: nobody waits for an answer
    return;
  }
  const call = { query: new URLSearchParams(search), body: body ?? '', now };
  const answer = answerTo(name, request.headers.authorization, body, (route) => route(live, call, response));
  if (answer === undefined) return;
  response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(answer.body));
}

function answerTo(
  name: string,
  authorization: string | undefined,
  body: string | undefined,
  run: (route: Route) => Answer | undefined,
): Answer | undefined {
  const route = routes[name];
  if (name.includes(' /2/') && !/^Bearer \S+$/i.test(authorization ?? '')) {
    return problem(401, { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' });
  }
  if (route === undefined) {
    return problem(404, {
      title: 'Not Found',
      type: 'about:blank',
      status: 404,
      detail: `There is no ${name}.`,
    });
  }
  if (body === undefined) return invalidRequest(`A body may have ${MAX_BODY_BYTES} bytes.`);
  return run(route);
}

/** Undefined when it is too large; read to its end all the same, so that the answer arrives. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length <= MAX_BODY_BYTES) parts.push(bytes);
  }
  return length > MAX_BODY_BYTES ? undefined : Buffer.concat(parts).toString('utf8');
}

const problem = (status: number, body: Readonly<Record<string, unknown>>): Answer => ({ status, body });

function connect(live: Live, response: ServerResponse): Answer | undefined {
  if (listed(live.book).length === 0) {
    const detail =
      'You must define rules using the POST /2/tweets/search/stream/rules endpoint before connecting to filtered stream.';
    return refusal(409, 'RuleConfigurationIssue', detail);
  }
  if (live.connection !== undefined) {
    return refusal(
      429,
      'TooManyConnections',
      'This stream is currently at the maximum allowed connection limit.',
    );
  }
  const connection = openConnection(response, live.keepAliveMs, () => {
    if (live.connection === connection) live.connection = undefined;
  });
  live.connection = connection;
  live.counters.connections += 1;
  return undefined;
}

const refusal = (status: number, issue: string, detail: string): Answer =>
  problem(status, {
    title: 'ConnectionException',
    detail,
    connection_issue: issue,
    type: `${PROBLEMS}/streaming-connection`,
  });

function kill(live: Live): Answer {
  const open = cut(live, 'clean');
  return { status: 200, body: { data: { successful_kills: open ? 1 : 0, failed_kills: 0 } } };
}

/** Whether there was one. The place is free at once, however long the reader takes to notice. */
function cut(live: Live, how: 'clean' | 'reset'): boolean {
  const { connection } = live;
  live.connection = undefined;
  connection?.cut(how);
  return connection !== undefined;
}

const state = ({ counters, connection, paused }: Live): Answer => ({
  status: 200,
  body: { ...counters, connected: connection !== undefined, paused },
});

function pause(live: Live, paused: boolean): Answer {
  live.paused = paused;
  if (paused) live.feed.pause();
  else live.feed.resume();
  return state(live);
}

function disconnect(live: Live, how: string): Answer {
  if (how !== 'clean' && how !== 'reset') return invalidRequest('how must be clean or reset.');
  return { status: 200, body: { disconnected: cut(live, how) } };
}
