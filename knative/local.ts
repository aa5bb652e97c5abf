// Knative in one process: the same YAML, doing what it says, with functions called directly and no port between them.
// Remembers nothing: whoever runs it applies its objects again after a start; only the log keeps the groups' offsets.
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../eventing/log.ts';
import { type Cluster, type Manifest, Refused, type Running } from './cluster.ts';
import type { Instance, Starter } from './local-instance.ts';
import { startPingSource } from './local-ping.ts';
import { LocalService } from './local-service.ts';
import type { Activity, Surroundings } from './local-sink.ts';
import { startKafkaSource } from './local-source.ts';
import { type Known, kindOf, parseManifest } from './schemas.ts';
import { settingsOf } from './service-schema.ts';

export interface LocalParts {
  readonly log: Log;
  /** by program: what a Service's container has as its first argument, such as `functions/normalizer/main.ts` */
  readonly functions: Readonly<Record<string, Starter>>;
  /** told in words of everything that fails without somebody waiting for it */
  readonly report: (problem: string) => void;
}

interface Entry {
  readonly manifest: Known;
  readonly activity: Activity;
  readonly service: LocalService | undefined;
}

export class LocalCluster implements Cluster {
  readonly #parts: LocalParts;
  readonly #entries = new Map<string, Entry>();
  /** the last thing that is being done to an object */
  readonly #turns = new Map<string, Promise<void>>();
  /** what was replaced and still has requests to finish */
  readonly #leaving = new Set<Promise<void>>();
  #closed: Promise<void> | undefined;

  constructor(parts: LocalParts) {
    this.#parts = parts;
  }

  async apply(manifest: Manifest): Promise<void> {
    const known = parseManifest(manifest);
    const key = keyOf(known.kind, known.metadata.name);
    await this.#inTurn(key, async () => {
      const before = this.#entries.get(key);
      if (before !== undefined) refuseChange(before.manifest, known);
      if (isDeepStrictEqual(before?.manifest.spec, known.spec)) {
        if (before !== undefined) this.#entries.set(key, { ...before, manifest: known });
        return;
      }
      // A Service's new revision takes over while the old one finishes; of a source there is never more than one.
      if (known.kind !== 'Service') await before?.activity.stop();
      this.#entries.set(key, this.#start(known));
      if (known.kind === 'Service' && before !== undefined) this.#leave(before.activity);
    });
  }

  async list(kind: string, labels: Readonly<Record<string, string>>): Promise<Running[]> {
    const wanted = kindOf(kind);
    const found = [...this.#entries.values()].filter(
      ({ manifest }) =>
        manifest.kind === wanted &&
        Object.entries(labels).every(([name, value]) => manifest.metadata.labels?.[name] === value),
    );
    return Promise.all(
      found.map(async ({ manifest, activity, service }) => ({
        ...manifest,
        ready: await activity.ready(),
        awake: service?.awake ?? 0,
      })),
    );
  }

  /**
   * Deleting a KafkaSource deletes its consumer group, as Knative does (facts/knative §1.1). When that fails, this rejects
   * and the source goes on.
   */
  async delete(kind: string, name: string): Promise<void> {
    const key = keyOf(kindOf(kind), name);
    await this.#inTurn(key, async () => {
      const entry = this.#entries.get(key);
      if (entry === undefined) return;
      await entry.activity.stop();
      try {
        await this.#forget(entry.manifest);
        this.#entries.delete(key);
      } catch (error) {
        this.#entries.set(key, this.#start(entry.manifest));
        throw error;
      }
    });
  }

  /** Calls a Service by its name. Never rejects; a name that is not there is answered 404, as an ingress would. */
  async request(service: string, request: Request): Promise<Response> {
    const found = this.#entries.get(keyOf('Service', service))?.service;
    return found?.request(request) ?? new Response(`there is no service ${service}\n`, { status: 404 });
  }

  /** Waits for what is under way: sources stop first, then the services that they deliver to. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all(this.#turns.values());
    const entries = [...this.#entries.values()];
    await stopAll(entries.filter(({ service }) => service === undefined));
    await stopAll(entries.filter(({ service }) => service !== undefined));
    await Promise.all(this.#leaving);
  }

  async #inTurn(key: string, work: () => Promise<void>): Promise<void> {
    if (this.#closed !== undefined) throw new Error('the local cluster is closed');
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    this.#turns.set(key, settled);
    await turn.finally(() => {
      if (this.#turns.get(key) === settled) this.#turns.delete(key);
    });
  }

  #leave(activity: Activity): void {
    const left = activity.stop().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  #start(manifest: Known): Entry {
    if (manifest.kind === 'Service') return this.#startService(manifest);
    return { manifest, activity: this.#activityOf(manifest), service: undefined };
  }

  #activityOf(manifest: Exclude<Known, { kind: 'Service' }>): Activity {
    const around = this.#around(manifest);
    if (manifest.kind === 'KafkaSource') return startKafkaSource(manifest, around);
    if (manifest.kind === 'PingSource') return startPingSource(manifest, around);
    return kafkaSink(manifest.spec.topic, this.#parts.log);
  }

  #startService(manifest: Extract<Known, { kind: 'Service' }>): Entry {
    const settings = settingsOf(manifest.spec);
    const starter = this.#parts.functions[settings.program];
    if (starter === undefined) {
      throw new Refused(
        `Service ${manifest.metadata.name}: spec.template.spec.containers.0.args.0: there is no ${settings.program}, ` +
          `only ${Object.keys(this.#parts.functions).join(', ')}`,
      );
    }
    const start = async (): Promise<Instance> => starter({ ...settings.env });
    const service = new LocalService(settings, start, this.#around(manifest).report);
    const activity = { ready: async () => service.ready, stop: () => service.stop() };
    return { manifest, activity, service };
  }

  async #forget(manifest: Known): Promise<void> {
    if (manifest.kind === 'KafkaSource') await this.#parts.log.deleteGroup(manifest.spec.consumerGroup);
  }

  #around({ kind, metadata }: Known): Surroundings {
    return {
      log: this.#parts.log,
      report: (problem) => this.#parts.report(`${kind} ${metadata.name}: ${problem}`),
      request: (service, request) => this.request(service, request),
      hasService: (name) => this.#entries.has(keyOf('Service', name)),
      topicOf: (name) => {
        const found = this.#entries.get(keyOf('KafkaSink', name))?.manifest;
        return found?.kind === 'KafkaSink' ? found.spec.topic : undefined;
      },
    };
  }
}

function keyOf(kind: Known['kind'], name: string): string {
  return `${kind}/${name}`;
}

function refuseChange(before: Known, after: Known): void {
  if (before.kind !== 'KafkaSource' || after.kind !== 'KafkaSource') return;
  if (before.spec.consumerGroup === after.spec.consumerGroup) return;
  throw new Refused(
    `KafkaSource ${after.metadata.name}: spec.consumerGroup: cannot change, it is ${before.spec.consumerGroup}`,
  );
}

async function stopAll(entries: readonly Entry[]): Promise<void> {
  await Promise.all(entries.map(({ activity }) => activity.stop()));
}

/** Nothing runs for it: whoever delivers writes to its topic. */
function kafkaSink(topic: string, log: Log): Activity {
  return {
    ready: async () => (await log.topics()).includes(topic),
    stop: async () => undefined,
  };
}
