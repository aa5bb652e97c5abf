// GET /2/tweets/search/stream: who may connect, and the stream that they get (facts/x-api §1.4).
import type { ServerResponse } from 'node:http';
import { connectionProblem, type Answer } from './answer.ts';
import { Connection } from './connection.ts';
import { hold, makeRoom } from './connections.ts';
import { shapeOf } from './fields.ts';
import type { Live } from './live.ts';
import { listed } from './rule-book.ts';
import { refusalOf } from './usage.ts';
import { openWriter } from './writer.ts';

const NO_RULES = connectionProblem(
  409,
  'RuleConfigurationIssue',
  'You must define rules using the POST /2/tweets/search/stream/rules endpoint before connecting to filtered stream.',
);

/** An answer that refuses; undefined when the stream is open. */
export function openStream(live: Live, query: URLSearchParams, response: ServerResponse): Answer | undefined {
  const { clock, random, options, connections, standing } = live;
  if (listed(live.book).length === 0) return NO_RULES;
  const refused = refusalOf(live.usage, clock.now()) ?? makeRoom(connections, standing.second);
  if (refused !== undefined) return refused;
  const { gzip } = standing;
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    ...(gzip && { 'content-encoding': 'gzip' }),
  });
  response.flushHeaders();
  const writer = openWriter(response, { clock, random, gzip, manner: () => live.standing.manner });
  const { keepAliveMs } = options;
  live.shape = shapeOf(query, options.dialect);
  hold(
    connections,
    (gone) => new Connection(response, { clock, keepAliveMs, writer, gone }),
    () => live.standing.lingerMs,
  );
  live.counters.connections += 1;
  return undefined;
}
