// The whole system with every process alone, on a Kafka and a Cassandra of its own, with X's simulator before it.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { openKafkaLog } from '../../eventing/kafka.ts';
import { kafkaSettings } from '../../eventing/kafka-settings.ts';
import type { Log } from '../../eventing/log.ts';
import { systemStatus, type SystemStatus } from '../../functions/event-api/status.ts';
import { openCassandraStore } from '../../sql/cassandra.ts';
import { cassandraSettings } from '../../sql/cassandra-settings.ts';
import type { Store } from '../../sql/store.ts';
import { startEngines, type Engines } from '../engines/engines.ts';
import { freePorts } from '../engines/ports.ts';
import { kill, startNode, tempDir, type Started } from '../journey/running.ts';
import { supervised, type Supervised } from './processes.ts';

export const POSTS_PER_SECOND = 200;
const SOON = { timeout: 60_000, interval: 50 };
const HOST = '127.0.0.1';

export interface Wanted {
  readonly code: string;
  readonly name: string;
  readonly keywords: readonly string[];
}

export interface System {
  readonly engines: Engines;
  readonly simulator: Simulator;
  readonly tracker: Supervised;
  readonly controller: Supervised;
  readonly eventApi: Supervised;
  readonly status: () => Promise<SystemStatus>;
  readonly log: Log;
  readonly store: Store;
  /** how the processes ended that were asked to */
  readonly stop: () => Promise<Record<string, number | NodeJS.Signals>>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Simulator {
  /** file of what it has sent or would have */
  readonly record: string;
  readonly state: () => Promise<{ generated: number; connections: number; connected: boolean }>;
  readonly pause: () => Promise<unknown>;
  readonly resume: () => Promise<unknown>;
  /** tag of each of X's rules by its value */
  readonly rules: () => Promise<ReadonlyMap<string, string>>;
}

/** Resolves when the tracker listens to a stream that flows. */
export async function startSystem(wanted: readonly Wanted[], seed: number): Promise<System> {
  await using undo = new AsyncDisposableStack();
  const dir = tempDir('fire');
  undo.defer(() => dir[Symbol.dispose]());
  const engines = await startEngines({ dir: dir.path });
  undo.defer(() => engines.kill());
  const [simulatorPort = 0, apiPort = 0, controllerPort = 0] = await freePorts(HOST, 3);
  const eventApiUrl = `http://${HOST}:${apiPort}`;
  const env = {
    KAFKA_BROKERS: engines.kafka.address,
    CASSANDRA_CONTACT_POINTS: engines.cassandra.address,
    EPICENTER_URL: eventApiUrl,
  };
  applySchema(env);
  const begin = (program: string, more: Readonly<Record<string, string>>): Supervised => {
    const data = join(dir.path, program.replaceAll('/', '-'));
    mkdirSync(data);
    const one = supervised(() => startNode([program], { ...env, DATA_DIR: data, ...more }));
    undo.defer(() => one.kill());
    return one;
  };
  const record = join(dir.path, 'recorded.jsonl');
  const played = startSimulator(simulatorPort, seed, record);
  undo.defer(() => kill(played));
  const simulator = simulatorAt(`http://${HOST}:${simulatorPort}`, record);
  await vi.waitFor(() => simulator.pause(), SOON);
  const eventApi = begin('functions/event-api/main.ts', { PORT: `${apiPort}` });
  await vi.waitFor(() => answerOf(`${eventApiUrl}/healthz`), SOON);
  const controller = begin('functions/controller/main.ts', { PORT: `${controllerPort}` });
  for (const { name, keywords } of wanted) await post(`${eventApiUrl}/api/events`, { name, keywords });
  const tracker = begin('tracker/main.ts', {
    SOURCE: 'x',
    X_API_URL: `http://${HOST}:${simulatorPort}`,
    X_BEARER_TOKEN: 'token',
    // What a search brings back would hide what was lost.
    X_SEARCH_POSTS_PER_DAY: '0',
  });
  await simulator.resume();
  const log = await openKafkaLog(kafkaSettings(env)!, () => undefined);
  undo.defer(() => log.close());
  const store = await openCassandraStore(cassandraSettings(env)!, () => undefined);
  undo.defer(() => store.close());
  const owned = undo.move();
  return {
    engines,
    simulator,
    tracker,
    controller,
    eventApi,
    status: async () =>
      systemStatus.parse(JSON.parse((await answerOf(`${eventApiUrl}/api/status`)).toString())),
    log,
    store,
    stop: async () => ({
      tracker: await tracker.stop(),
      controller: await controller.stop(),
      eventApi: await eventApi.stop(),
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function startSimulator(port: number, seed: number, record: string): Started {
  const options = { port, seed, rate: POSTS_PER_SECOND, 'rule-delay': 0, record };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  return startNode(['tracker/x-simulator/main.ts', ...args]);
}

function simulatorAt(url: string, record: string): Simulator {
  const tell = (what: string): Promise<unknown> => answerOf(`${url}/simulator/${what}`, { method: 'POST' });
  return {
    record,
    state: async () => JSON.parse((await answerOf(`${url}/simulator`)).toString()),
    pause: () => tell('pause'),
    resume: () => tell('resume'),
    async rules() {
      const headers = { authorization: 'Bearer token' };
      const body = JSON.parse(
        (await answerOf(`${url}/2/tweets/search/stream/rules`, { headers })).toString(),
      );
      const rules = body.data as { value: string; tag: string }[];
      return new Map(rules.map(({ value, tag }) => [value, tag]));
    },
  };
}

function applySchema(env: Readonly<Record<string, string>>): void {
  const { PATH = '' } = process.env;
  const run = spawnSync(process.execPath, ['sql/schema-main.ts'], {
    env: { PATH, ...env },
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`the schema was not made: ${run.stderr}`);
}

async function answerOf(url: string, init: RequestInit = {}): Promise<Buffer> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
  const body = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${body.toString()}`);
  return body;
}

const post = (url: string, body: unknown): Promise<Buffer> =>
  answerOf(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
