// The event API on real parts in a folder of its own: a SQLite store, an embedded log, no socket.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { EVENTS, FIXED_TOPICS } from '../../eventing/topics.ts';
import { eventApi } from '../../functions/event-api/app.ts';
import type { EventApiDeps } from '../../functions/event-api/app.ts';
import { problemDocument } from '../../functions/event-api/problem.ts';
import { serveEventApi } from '../../functions/event-api/serve.ts';
import type { Running } from '../../knative/cluster.ts';
import { BUCKET_MS } from '../../sql/bucket.ts';
import { crisisEvent } from '../../sql/crisis-event.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import type { Store } from '../../sql/store.ts';
import type { Tweet } from '../../sql/tweet.ts';

export interface Api extends AsyncDisposable {
  readonly app: Hono;
  readonly store: Store;
  readonly log: Log;
  /** what the cluster lists */
  readonly running: Running[];
  /** `level: message` of what was reported */
  readonly reported: string[];
  readonly deps: EventApiDeps;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** creates an event and gives it back */
  make(name: string, keywords?: string[]): Promise<CrisisEvent>;
}

export const NOW = new Date('2012-10-29T22:30:00.000Z');

export async function openApi(overrides: Partial<EventApiDeps> = {}): Promise<Api> {
  const dir = await mkdtemp(join(tmpdir(), 'epicenter-api-'));
  // A part of an export is whole minutes of at least two messages here.
  const store = await openSqliteStore(dir, { messages: 2, bytes: 1_000_000 });
  const log = await openEmbeddedLog(dir);
  for (const topic of FIXED_TOPICS) await log.createTopic(topic);
  const stopping = new AbortController();
  const running: Running[] = [];
  const reported: string[] = [];
  const deps: EventApiDeps = {
    store,
    log,
    cluster: { list: async (kind) => running.filter((it) => it.kind === kind) },
    now: () => NOW,
    access: { loopback: true, token: undefined },
    signal: stopping.signal,
    report: (level, message) => reported.push(`${level}: ${message}`),
    ...overrides,
  };
  const app = eventApi(deps);
  const call: Api['call'] = async (method, path, body, headers = {}) =>
    app.request(path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  return {
    app,
    store,
    log,
    running,
    reported,
    deps,
    call,
    async make(name, keywords = ['flood']) {
      const response = await call('POST', '/api/events', { name, keywords });
      if (response.status !== 201) throw new Error(await response.text());
      return crisisEvent.parse(await response.json());
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await log.close();
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** What a problem document says, as `[status, field, …]`. */
export async function problemOf(response: Response): Promise<{
  status: number;
  fields: string[];
  messages: string[];
}> {
  const type = response.headers.get('content-type');
  if (type !== 'application/problem+json') throw new Error(`no problem document: ${response.status} ${type}`);
  const document = problemDocument.parse(await response.json());
  if (document.status !== response.status) throw new Error('the document and the answer differ in status');
  if (!document.title || !document.detail) throw new Error('the document does not say what is wrong');
  return {
    status: document.status,
    fields: document.errors.map(({ field }) => field),
    messages: document.errors.map(({ message }) => message),
  };
}

/** The events that were announced so far, oldest first; the topic may have dropped older versions. */
export async function announced(log: Log): Promise<CrisisEvent[]> {
  const found: CrisisEvent[] = [];
  const done = new AbortController();
  for await (const { records, caughtUp } of log.tail(EVENTS.name, done.signal)) {
    for (const { value } of records)
      found.push(crisisEvent.parse(JSON.parse(Buffer.from(value!).toString())));
    if (caughtUp) break;
  }
  done.abort();
  return found;
}

/** A tweet of `event` at `at` (RFC 3339), whose message is `{"id_str":"<id>","text":"<text>"}`. */
export function tweetAt(event: string, id: string, at: string, text = `tweet ${id}`): Tweet {
  const time = Date.parse(at);
  return {
    row: {
      event_name: event,
      bucket: Math.floor(time / BUCKET_MS) * BUCKET_MS,
      t_id: id,
      id: `00000000-0000-5000-8000-${id.padStart(12, '0')}`,
      t_created_at: time,
      t_text: text,
      hashtags: ['Flood'],
      source: 'test',
      via: 'replay',
      received_at: time + 1_000,
    },
    raw: Buffer.from(JSON.stringify({ id_str: id, text })),
    writeTime: time * 1_000,
  };
}

/** The same on a socket of its own. */
export async function serveApi(
  overrides: Partial<EventApiDeps> = {},
): Promise<Api & { readonly url: string }> {
  const api = await openApi(overrides);
  const serving = await serveEventApi({ app: api.app, host: '127.0.0.1', port: 0 });
  return {
    ...api,
    url: serving.url,
    async [Symbol.asyncDispose]() {
      await serving.close();
      await api[Symbol.asyncDispose]();
    },
  };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
