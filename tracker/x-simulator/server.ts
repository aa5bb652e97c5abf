// The X simulator: the part of X's API v2 that a tracker needs, over HTTP on this machine, with a crisis going on behind it.
// Rate limits are counted and told, not enforced; there is no search yet.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import { startFeed } from './feed.ts';
import { openRecording, type Recorded, type Recording } from './recording.ts';
import { handle, type Live } from './routes.ts';
import { inForce, type StoredRule } from './rule-book.ts';
import { matches, searchable } from './rule-match.ts';
import { givenScript, sampleScript, type Item } from './script.ts';
import { snowflakes } from './snowflake.ts';

export interface SimulatorOptions {
  /** 0 takes a free one */
  readonly port: number;
  readonly seed: number;
  /** mean posts/s; 6 unless said */
  readonly rate?: number | undefined;
  /** how long new and deleted rules take to reach the stream; X needs about 20 s */
  readonly ruleDelayMs: number;
  /** silence after which a CRLF is sent; 10 s unless said */
  readonly keepAliveMs?: number | undefined;
  /** file to append every generated line to, as {@link Recorded} */
  readonly record?: string | undefined;
  /** v2 messages to send instead of the sample crisis, one a line */
  readonly posts?: Iterable<string> | undefined;
}

export interface Simulator {
  readonly url: string;
  close(): Promise<void>;
}

const LIVELY = 6;
const MOST_PER_SECOND = 20_000;
const KEEP_ALIVE_MS = 10_000;

/** Listens on 127.0.0.1. Throws a RangeError for a rate it cannot keep; rejects when the port is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const rate = options.rate ?? LIVELY;
  if (!(rate > 0 && rate <= MOST_PER_SECOND)) {
    throw new RangeError(`rate must be above 0 and at most ${MOST_PER_SECOND} posts/s, not ${rate}`);
  }
  const script =
    options.posts === undefined ? sampleScript(options.seed, rate) : givenScript(options.posts, rate);
  const recording = options.record === undefined ? undefined : openRecording(options.record);
  const live: Live = {
    book: { delayMs: options.ruleDelayMs, nextId: snowflakes(), rules: [] },
    keepAliveMs: options.keepAliveMs ?? KEEP_ALIVE_MS,
    feed: startFeed(script, (item, at) => play(live, recording, item, at)),
    connection: undefined,
    counters: { generated: 0, matching: 0, delivered: 0, connections: 0 },
    windows: new Map(),
    paused: false,
  };
  const server = createServer((request, response) => void handle(live, request, response));
  const close = async (): Promise<void> => {
    live.feed.stop();
    live.connection?.cut('clean');
    const closed = promisify(server.close.bind(server))();
    server.closeAllConnections();
    await closed;
    recording?.close();
  };
  try {
    return { url: await listen(server, options.port), close };
  } catch (error) {
    live.feed.stop();
    recording?.close();
    throw error;
  }
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

/** Recorded before it is sent, so that no reader has what the record lacks. */
function play(live: Live, recording: Recording | undefined, item: Item, at: number): void {
  const rules = matching(inForce(live.book, at), item);
  const reader = rules.length > 0 || item.kind !== 'post' ? live.connection : undefined;
  live.counters.generated += 1;
  if (rules.length > 0) live.counters.matching += 1;
  if (rules.length > 0 && reader !== undefined) live.counters.delivered += 1;
  if (recording === undefined && reader === undefined) return;
  const line = lineWith(item, rules);
  recording?.write(recorded(item.kind, at, line, rules));
  reader?.send(line);
}

function recorded(kind: Item['kind'], at: number, line: string, rules: readonly StoredRule[]): Recorded {
  return {
    at: new Date(at).toISOString(),
    matching: rules.map((rule) => rule.tag ?? ''),
    line,
    ...(kind === 'malformed' && { malformed: true }),
    ...(kind === 'control' && { control: true }),
  };
}

function matching(rules: readonly StoredRule[], { kind, message }: Item): StoredRule[] {
  if (rules.length === 0 || kind !== 'post') return [];
  const post = searchable(message);
  return rules.filter(({ rule }) => matches(rule, post));
}

function lineWith({ kind, message, line }: Item, rules: readonly StoredRule[]): string {
  if (kind !== 'post') return line;
  return JSON.stringify({ ...message, matching_rules: rules.map(({ id, tag }) => ({ id, tag })) });
}
