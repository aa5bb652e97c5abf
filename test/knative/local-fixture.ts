// A local cluster on a real log, with functions made for a test, and short manifests for it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { DEAD_LETTERS } from '../../eventing/topics.ts';
import type { Manifest } from '../../knative/cluster.ts';
import { LocalCluster } from '../../knative/local.ts';
import type { Starter } from '../../knative/local-instance.ts';

export interface Rig {
  readonly log: Log;
  readonly cluster: LocalCluster;
  readonly problems: string[];
}

/** Closed after the test; `dir` keeps the log for a second rig. */
export async function rig(functions: Record<string, Starter>, dir?: string): Promise<Rig> {
  const problems: string[] = [];
  const log = await openEmbeddedLog(dir ?? (await temporary()));
  const cluster = new LocalCluster({ log, functions, report: (problem) => problems.push(problem) });
  onTestFinished(async () => {
    await cluster.close();
    await log.close();
  });
  return { log, cluster, problems };
}

export async function temporary(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'local-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

/** A function that answers each request with what `answer` makes of it. */
export function calling(answer: (request: Request) => Response | Promise<Response>): Starter {
  return async () => ({
    fetch: async (request) => answer(request),
    close: async () => undefined,
  });
}

export async function topic(log: Log, name: string, values: readonly string[] = []): Promise<void> {
  await log.createTopic({ ...DEAD_LETTERS, name });
  await write(log, name, values);
}

export async function write(log: Log, name: string, values: readonly string[]): Promise<void> {
  const messages = values.map((value) => ({ topic: name, key: '', headers: {}, value: Buffer.from(value) }));
  await log.append(messages);
}

/** A Service `sink` of the program `sink.ts`. */
export function service(
  template: Record<string, unknown> = {},
  annotations: Record<string, string> = {},
): Manifest {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'sink' },
    spec: {
      template: {
        metadata: { annotations },
        spec: { ...template, containers: [{ image: 'x', command: ['node'], args: ['sink.ts'] }] },
      },
    },
  };
}

/** A KafkaSource `source` from topic `things` to the Service `sink`. */
export function source(spec: Record<string, unknown> = {}): Manifest {
  return {
    apiVersion: 'sources.knative.dev/v1',
    kind: 'KafkaSource',
    metadata: { name: 'source' },
    spec: {
      bootstrapServers: ['kafka:9092'],
      topics: ['things'],
      consumerGroup: 'readers',
      initialOffset: 'earliest',
      sink: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'sink' } },
      ...spec,
    },
  };
}

export async function isReady(cluster: LocalCluster, kind: string): Promise<boolean> {
  const objects = await cluster.list(kind, {});
  return objects.length > 0 && objects.every((object) => object.ready);
}
