// What an open page hears: parts of itself to replace and posts to add, as server-sent events that carry escaped HTML.
// Does not read the store; routes.ts says what is read.
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { SSEStreamingApi } from 'hono/streaming';
import type { Report } from '../../../eventing/report.ts';
import { attempt } from './feed.ts';
import type { Feed } from './feed.ts';
import type { Moving, Region } from './moving.ts';

const ENDS_AFTER_MS = 240_000;
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;
const MOST_POSTS = 50;
// Partitions and redeliveries mix the order of arrival: what came shortly before the mark is sent again, and the page
// leaves out what it has.
const SLACK_MS = 60_000;

interface Watcher {
  readonly stream: SSEStreamingApi;
  /** resolves when the stream has to end: a client that reads no more cannot hold it open */
  readonly over: Promise<void>;
  /** keys of what the page shows, by region */
  readonly shown: Map<string, string>;
  /** ids of the posts of the last reading; undefined before the first */
  sent: ReadonlySet<string> | undefined;
  /** high-water mark of the posts' receive times, ms since 1970: the stream's event id */
  mark: number;
  lastWrite: number;
}

export interface Streamed<T> {
  readonly feed: Feed<T>;
  /** regions by the keys that the page was served with */
  readonly have: Readonly<Record<string, string>>;
  readonly moves: (reading: T) => Promise<Moving>;
  readonly report: Report;
}

/** Streams until the client goes, or for 240 s. */
export function live<T>(c: Context, { feed, have, moves, report }: Streamed<T>): Response {
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' });
  c.header('X-Accel-Buffering', 'no');
  const mark = Number(c.req.header('Last-Event-ID') ?? c.req.query('after') ?? 0);
  return streamSSE(c, async (stream) => {
    const end = new AbortController();
    const { signal } = end;
    const timer = setTimeout(() => end.abort(), ENDS_AFTER_MS);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    stream.onAbort(() => end.abort());
    const watcher: Watcher = {
      stream,
      over: new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
      shown: new Map(Object.entries(have)),
      sent: undefined,
      mark: Number.isSafeInteger(mark) && mark > 0 ? mark : 0,
      lastWrite: Date.now(),
    };
    await stream.write(`retry: ${RETRY_MS}\n\n`);
    for await (const reading of feed.watch(signal)) {
      const moving = 'problem' in reading ? reading : await attempt(() => moves(reading.value), report);
      if ('problem' in moving) await send(watcher, 'trouble', {});
      else await tell(watcher, moving.value);
    }
  });
}

async function tell(watcher: Watcher, { posts, regions }: Moving): Promise<void> {
  const { sent, mark } = watcher;
  const fresh = posts.filter(({ id, receivedAt }) =>
    sent === undefined ? receivedAt >= mark - SLACK_MS : !sent.has(id),
  );
  watcher.sent = new Set(posts.map(({ id }) => id));
  watcher.mark = Math.max(watcher.mark, ...posts.map(({ receivedAt }) => receivedAt));
  if (fresh.length > 0) {
    const html = fresh.slice(0, MOST_POSTS).map((post) => post.html);
    await send(watcher, 'posts', { html: html.join('') });
  }
  for (const region of regions) await replace(watcher, region);
  if (Date.now() - watcher.lastWrite > HEARTBEAT_MS) await send(watcher, 'still', {});
}

async function replace(watcher: Watcher, { id, html, key }: Region): Promise<void> {
  const text = (await html).toString();
  const version = key ?? text;
  if (watcher.shown.get(id) === version) return;
  watcher.shown.set(id, version);
  await send(watcher, 'replace', { id, html: text });
}

async function send(watcher: Watcher, event: string, data: object): Promise<void> {
  watcher.lastWrite = Date.now();
  const message = { event, id: String(watcher.mark), data: JSON.stringify(data) };
  await Promise.race([watcher.stream.writeSSE(message), watcher.over]);
}
