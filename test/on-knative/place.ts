// A whole installation on a real Knative: Kafka, Cassandra and X's simulator on this machine, everything else in pods.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { openKafkaLog } from '../../eventing/kafka.ts';
import { kafkaSettings } from '../../eventing/kafka-settings.ts';
import type { Log } from '../../eventing/log.ts';
import { systemStatus, type SystemStatus } from '../../functions/event-api/status.ts';
import { openCassandraStore } from '../../sql/cassandra.ts';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { cassandraSettings } from '../../sql/cassandra-settings.ts';
import type { Store } from '../../sql/store.ts';
import { startEngines, type Engines } from '../engines/engines.ts';
import { kill, startNode } from '../journey/running.ts';
import { type DataPlane, startDataPlane } from './data-plane.ts';
import { allowZeroStart, install } from './install.ts';
import { type Kube, NAMESPACE, openKube } from './kube.ts';
import { askService } from './over-ingress.ts';
import { type Watch, watchPods } from './pods.ts';

/** an address of this machine that pods reach while `full` is up */
export const HOST = '172.31.255.1';
// The usual ports, which the NetworkPolicies let through.
const PORTS = { kafka: 9092, kafkaController: 19_093, cassandra: 9042, cassandraStorage: 17_000 };
const X_PORT = 9_000;

export interface Installation {
  readonly kube: Kube;
  readonly engines: Engines;
  readonly log: Log;
  readonly store: Store;
  readonly watch: Watch;
  /** file of what the simulator has sent */
  readonly record: string;
  /** what the stand-in for the data plane reported */
  readonly problems: string[];
  /** the event API's */
  readonly token: string;
  /** ms that `kubectl apply -k .` and the steps before it took */
  readonly installMs: number;
  api(method: string, path: string, body?: object): Promise<Response>;
  status(): Promise<SystemStatus>;
  /** a call of the simulator's own */
  x(method: string, path: string, body?: object | string): Promise<unknown>;
  /** Does this while nothing is delivered, as when the Kafka source's pods are away. */
  withoutDelivery(work: () => Promise<void>): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openInstallation(kubeconfig: string, tag: string): Promise<Installation> {
  await using undo = new AsyncDisposableStack();
  const kube = openKube(kubeconfig);
  await remove(kube);
  const dir = mkdtempSync(join(tmpdir(), 'epicenter-on-knative-'));
  // The tracker in its pod must get at its disk.
  chmodSync(dir, 0o755);
  undo.defer(() => rmSync(dir, { recursive: true, force: true }));
  const engines = await startEngines({ dir, host: HOST, ports: PORTS });
  undo.defer(() => engines.kill());
  undo.defer(() => remove(kube));
  const env = {
    KAFKA_BROKERS: engines.kafka.address,
    CASSANDRA_CONTACT_POINTS: engines.cassandra.address,
    CASSANDRA_LOCAL_DC: 'datacenter1',
  };
  const record = join(dir, 'recorded.jsonl');
  const options = { port: X_PORT, host: HOST, seed: 7, rate: 20, 'rule-delay': 0, record };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const simulator = startNode(['tracker/x-simulator/main.ts', ...args]);
  undo.defer(() => kill(simulator));
  await vi.waitFor(() => askSimulator('GET', '/simulator'), { timeout: 20_000, interval: 100 });
  const watch = watchPods(kube);
  undo.defer(() => watch.stop());
  const log = await openKafkaLog(kafkaSettings(env)!, () => undefined);
  undo.defer(() => log.close());
  const problems: string[] = [];
  const start = (): DataPlane => startDataPlane(kube, log, (problem) => problems.push(problem));
  let plane = start();
  undo.defer(() => plane.stop());
  const token = randomUUID();
  const began = Date.now();
  const settings = { ...env, X_API_URL: `http://${HOST}:${X_PORT}`, X_SEARCH_POSTS_PER_DAY: '0' };
  await install(kube, { dir, settings, tag, apiToken: token });
  const installMs = Date.now() - began;
  // What the Job `schema` does, too: whoever comes second finds it done.
  await applySchema(cassandraSettings(env)!);
  const store = await openCassandraStore(cassandraSettings(env)!, () => undefined);
  undo.defer(() => store.close());
  const api = apiWith(token);
  const owned = undo.move();
  return {
    kube,
    engines,
    log,
    store,
    watch,
    record,
    problems,
    token,
    installMs,
    api,
    async withoutDelivery(work) {
      await plane.stop();
      await work().finally(() => (plane = start()));
    },
    status: async () => systemStatus.parse(await (await api('GET', '/api/status')).json()),
    x: askSimulator,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function apiWith(token: string): Installation['api'] {
  return (method, path, body) => {
    const json = body && { 'content-type': 'application/json' };
    const headers = { authorization: `Bearer ${token}`, ...json };
    return askService('event-api', { method, path, headers, ...(body && { body: JSON.stringify(body) }) });
  };
}

async function askSimulator(method: string, path: string, body?: object | string): Promise<unknown> {
  const headers = { authorization: 'Bearer token', 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const answer = await fetch(`http://${HOST}:${X_PORT}${path}`, { method, headers, ...sent });
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Sources first: their finalizers are the stand-in's, which may be gone. */
async function remove({ tool, all, patch }: Kube): Promise<void> {
  for (const { metadata } of await all('kafkasources'))
    if (metadata.finalizers !== undefined)
      await patch('kafkasources', metadata.name, { metadata: { finalizers: null } });
  // Pods that end wait until nobody has called for half a minute.
  await tool('kubectl', '-n', NAMESPACE, 'delete', 'pingsources', '--all');
  await tool('kubectl', 'delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=300s');
  await tool('kubectl', 'delete', 'persistentvolume', 'epicenter-tracker', '--ignore-not-found');
  await allowZeroStart(tool, null);
}
