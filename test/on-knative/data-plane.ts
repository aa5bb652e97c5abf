// Stands in for what that cluster lacks, the Kafka source's and sink's own pods: reads the real KafkaSources and KafkaSinks, says
// in their status what Knative would, and delivers with the project's own delivery to the real services.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../eventing/log.ts';
import type { Activity, Surroundings } from '../../knative/local-sink.ts';
import { startKafkaSource } from '../../knative/local-source.ts';
import { type KafkaSource, parseManifest } from '../../knative/schemas.ts';
import type { Kube, Seen } from './kube.ts';
import { askService } from './over-ingress.ts';

const LOOK_MS = 300;
const FINALIZER = 'kafkasources.sources.knative.dev';

export interface DataPlane {
  stop(): Promise<void>;
}

interface Running {
  readonly generation: number;
  readonly group: string;
  readonly activity: Activity;
}

/** Follows the objects until it is stopped; what it cannot do now it does with the next look. */
export function startDataPlane(kube: Kube, log: Log, report: (problem: string) => void): DataPlane {
  const stopping = new AbortController();
  const running = new Map<string, Running>();
  const services = new Map<string, string>();
  const sinks = new Map<string, string>();
  const around = (name: string): Surroundings => ({
    log,
    report: (problem) => report(`KafkaSource ${name}: ${problem}`),
    request: forward,
    hasService: (service) => services.has(service),
    topicOf: (sink) => sinks.get(sink),
  });
  const look = async (): Promise<void> => {
    services.clear();
    for (const { metadata, status } of await kube.all('services'))
      if (status?.address !== undefined) services.set(metadata.name, status.address.url);
    for (const sink of await kube.all('kafkasinks')) {
      sinks.set(sink.metadata.name, String(sink.spec['topic']));
      if (!isReady(sink)) await kube.patchStatus('kafkasinks', sink.metadata.name, sinkStatus(sink));
    }
    const sources = await kube.all('kafkasources');
    for (const source of sources) await follow(source);
  };
  const follow = async (source: Seen): Promise<void> => {
    const { name, uid, generation, finalizers, deletionTimestamp } = source.metadata;
    const before = running.get(uid);
    if (deletionTimestamp !== undefined) {
      await before?.activity.stop();
      running.delete(uid);
      if (before !== undefined) await log.deleteGroup(before.group);
      if (finalizers !== undefined)
        await kube.patch('kafkasources', name, { metadata: { finalizers: null } });
      return;
    }
    if (before?.generation !== generation) {
      await kube.patch('kafkasources', name, { metadata: { finalizers: [FINALIZER] } });
      await before?.activity.stop();
      const manifest = manifestOf(source);
      const activity = startKafkaSource(manifest, around(name));
      running.set(uid, { generation, group: manifest.spec.consumerGroup, activity });
    }
    const to = services.get(sinkOf(source));
    if (to !== undefined && (!isReady(source) || source.status?.observedGeneration !== generation))
      await kube.patchStatus('kafkasources', name, sourceStatus(source, to));
  };
  const following = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) => report(`the data plane could not look: ${String(error)}`));
      await sleep(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await Promise.all([...running.values()].map(({ activity }) => activity.stop()));
  })();
  return {
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

async function forward(service: string, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const body = new Uint8Array(await request.arrayBuffer());
  const { method, signal } = request;
  const headers = Object.fromEntries(request.headers);
  return askService(service, { method, path: `${pathname}${search}`, headers, body, signal });
}

/** Without what the API server adds. */
function manifestOf({ apiVersion, kind, metadata: { name }, spec }: Seen): KafkaSource {
  const manifest = parseManifest({ apiVersion, kind, metadata: { name }, spec });
  if (manifest.kind !== 'KafkaSource') throw new Error(`${name} is a ${manifest.kind}`);
  return manifest;
}

function sinkOf({ spec }: Seen): string {
  return (spec['sink'] as { ref: { name: string } }).ref.name;
}

function isReady({ status }: Seen): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

function conditions(...types: string[]): object[] {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, '');
  return types.map((type) => ({ type, status: 'True', lastTransitionTime }));
}

function sourceStatus({ metadata: { generation } }: Seen, sinkUri: string): object {
  const all = conditions('ConsumerGroup', 'Ready', 'SinkProvided');
  return { observedGeneration: generation, sinkUri, consumers: 1, conditions: all };
}

function sinkStatus({ metadata: { name, generation } }: Seen): object {
  const url = `http://kafka-sink-ingress.knative-eventing.svc.cluster.local/epicenter/${name}`;
  return { observedGeneration: generation, address: { url }, conditions: conditions('Addressable', 'Ready') };
}
