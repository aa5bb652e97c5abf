// How late a stream's posts are stored while an event is exported, and how fast that goes: the real event API on a socket, its parts
// followed by their Links. The one who downloads is in the same process, which makes it harder, not easier.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import { eventApi } from '../../functions/event-api/app.ts';
import { serveEventApi } from '../../functions/event-api/serve.ts';
import { PART, type PartSize } from '../../sql/part.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import type { Store } from '../../sql/store.ts';
import { idAt, makeEvent, makeTweet } from '../factories.ts';
import type { Result } from './rounds.ts';

const BEGIN = Date.UTC(2026, 2, 1);
const APART_MS = 70;
const AT_ONCE = 1_000;
const SAVE_EVERY_MS = 20;

export interface Measured {
  /** of what was downloaded */
  readonly lines: number;
  readonly bytes: number;
  readonly parts: number;
  readonly seconds: number;
  readonly saves: number;
  /** ms from when a post was due to when it was stored, the longest */
  readonly latest: number;
  /** ms that the event loop stood still, the longest */
  readonly loop: number;
}

/** A million posts. */
export async function measureExport(): Promise<Result[]> {
  const n = 1_000_000;
  const { lines, seconds, latest } = await exportWhileSaving(n, 250, PART);
  if (lines !== n) throw new Error(`${lines} lines of ${n} were exported`);
  return [
    { name: 'export-delay-max', value: Math.round(latest), unit: 'ms', n },
    { name: 'export-speed', value: Math.round(n / seconds), unit: 'posts/s', n },
  ];
}

/** Exports `posts` messages of `length` bytes each while posts of another event come in, one every 20 ms. */
export async function exportWhileSaving(posts: number, length: number, part: PartSize): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'epicenter-export-'));
  const [store, log] = await Promise.all([openSqliteStore(folder, part), openEmbeddedLog(folder)]);
  try {
    for (const topic of FIXED_TOPICS) await log.createTopic(topic);
    await store.createEvent(makeEvent({ code: 'flood' }));
    await fill(store, posts, length);
    const app = eventApi({
      store,
      log,
      cluster: { list: async () => [] },
      access: { loopback: true, token: undefined },
      now: () => new Date(),
      report: (_, message, cause) => {
        throw new Error(message, { cause });
      },
      signal: new AbortController().signal,
    });
    const serving = await serveEventApi({ app, host: '127.0.0.1', port: 0 });
    const measured = await measure(store, serving.url);
    await serving.close();
    return measured;
  } finally {
    await log.close();
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

async function fill(store: Store, posts: number, length: number): Promise<void> {
  const raw = Buffer.from(`{"text":"${'x'.repeat(length - '{"text":""}'.length)}"}`);
  for (let from = 0; from < posts; from += AT_ONCE) {
    const tweets = Array.from({ length: Math.min(AT_ONCE, posts - from) }, (_, n) =>
      makeTweet({ t_id: idAt(BEGIN + (from + n) * APART_MS), raw }),
    );
    await store.saveTweets(tweets);
  }
}

async function measure(store: Store, url: string): Promise<Measured> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const done = new AbortController();
  delay.enable();
  const saving = saveOnTime(store, done.signal);
  const began = performance.now();
  const downloaded = await download(url).finally(() => done.abort());
  const seconds = (performance.now() - began) / 1_000;
  delay.disable();
  return { ...downloaded, ...(await saving), seconds, loop: delay.max / 1e6 };
}

async function saveOnTime(store: Store, done: AbortSignal): Promise<{ saves: number; latest: number }> {
  let saves = 0;
  let latest = 0;
  for (let due = performance.now(); !done.aborted; due = Math.max(due + SAVE_EVERY_MS, performance.now())) {
    await setTimeout(Math.max(0, due - performance.now()));
    await store.saveTweets([makeTweet({ event_name: 'fire', t_id: idAt(BEGIN + saves * APART_MS) })]);
    latest = Math.max(latest, performance.now() - due);
    saves += 1;
  }
  return { saves, latest };
}

async function download(url: string): Promise<{ lines: number; bytes: number; parts: number }> {
  let [lines, bytes, parts] = [0, 0, 0];
  let path: string | undefined = '/api/events/flood/tweets.jsonl';
  for (; path !== undefined; parts += 1) {
    const response: Response = await fetch(`${url}${path}`);
    if (response.status !== 200 || response.body === null) throw new Error(`${path}: ${response.status}`);
    for await (const chunk of response.body) {
      bytes += chunk.length;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
    }
    path = /^<(.*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return { lines, bytes, parts };
}
