// Each process of the system alone, on engines of a test's own, configured by its environment and nothing else.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Post } from '../../eventing/batch.ts';
import { tweetsReceived } from '../../eventing/cloud-events.ts';
import type { Message } from '../../eventing/log.ts';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { type CassandraSettings, cassandraSettings } from '../../sql/cassandra-settings.ts';
import { startEngines, type Engines } from '../engines/engines.ts';
import { freePort, kill, startNode, stop, tempDir, type Started } from '../journey/running.ts';
import { postOf, status } from '../normalizer/made.ts';
import { encodeBatch } from '../factories.ts';

export type Name = 'event-api' | 'controller' | 'normalizer' | 'tracker';
export type Env = Readonly<Record<string, string>>;

export interface Alone extends Started {
  readonly url: string;
}

export interface Place {
  readonly engines: Engines;
  readonly settings: CassandraSettings;
  /** where the engines are, and a folder */
  readonly env: Env;
  /** Starts a process at a free port; it is killed when the place closes. */
  run(name: Name, env?: Env): Promise<Alone>;
  close(): Promise<void>;
}

const CACHE = ['--import', './knative/compile-cache.mjs'];
const programOf = (name: Name): string =>
  name === 'tracker' ? 'tracker/main.ts' : `functions/${name}/main.ts`;

export async function openPlace(name: string): Promise<Place> {
  const dir = tempDir(name);
  const engines = await startEngines({ dir: dir.path });
  const env = {
    KAFKA_BROKERS: engines.kafka.address,
    CASSANDRA_CONTACT_POINTS: engines.cassandra.address,
    DATA_DIR: dir.path,
  };
  const settings = cassandraSettings(env)!;
  await applySchema(settings);
  const running: Started[] = [];
  return {
    engines,
    settings,
    env,
    async run(program, more = {}) {
      const port = await freePort();
      const own = { ...env, DATA_DIR: `${dir.path}/${randomUUID()}`, PORT: String(port), ...more };
      const started = startNode([...CACHE, programOf(program)], own);
      running.push(started);
      return { ...started, url: `http://127.0.0.1:${port}` };
    },
    async close() {
      await Promise.all(running.map(kill));
      await engines.kill();
      dir[Symbol.dispose]();
    },
  };
}

/** What a process has taken of the processors, in ms; Linux only. */
export function cpuOf({ process: { pid } }: Started): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The first answer of a process that is about to listen, and how long it took, in ms. */
export async function firstAnswer(url: string): Promise<{ status: number; ms: number }> {
  const began = performance.now();
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    const ms = performance.now() - began;
    if (answer !== undefined) return { status: answer.status, ms };
    if (ms > 60_000) throw new Error(`nobody listens at ${url}`);
    await sleep(5);
  }
}

export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
    if (await Promise.resolve(holds()).catch(() => false)) return;
  }
  throw new Error(`after 60 s still not: ${what}`);
}

/** Ends it in order; what it said comes with a wrong exit status. */
export async function ends(process: Started): Promise<{ status: number | NodeJS.Signals; err: string }> {
  return { status: await stop(process), err: process.err() };
}

export const json = (method: string, body: unknown, headers: Env = {}): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const makeFlood = (url: string, name: string): Promise<Response> =>
  fetch(`${url}/api/events`, json('POST', { name, keywords: ['flood'] }));

const FIRST = BigInt(Date.UTC(2026, 7, 22, 20, 2) - 1_288_834_974_657) << 22n;
export const idOf = (n: number): string => String(FIRST + BigInt(n));
export const post = (n: number): Post => postOf(status({ id_str: idOf(n), text: `flood ${n}` }));

export const recordOf = (code: string, posts: readonly Post[]): Message =>
  tweetsReceived('tracker', code, encodeBatch(posts));

/** As a KafkaSource delivers it. */
export function delivery({ headers, value }: Message): RequestInit & { headers: Env } {
  const named = Object.entries(headers).map(([name, text]) => [name.replace('ce_', 'ce-'), text]);
  return {
    method: 'POST',
    headers: Object.fromEntries(named) as Env,
    body: new Uint8Array(value ?? []),
  };
}

/** A body whose second half comes when it is let. */
export function halves(bytes: Uint8Array): { body: ReadableStream; go: () => void } {
  const rest = Promise.withResolvers<void>();
  const parts = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, bytes.length / 2);
    await rest.promise;
    yield bytes.subarray(bytes.length / 2);
  };
  return { body: ReadableStream.from(parts()), go: () => rest.resolve() };
}
