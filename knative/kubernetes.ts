// A real Kubernetes as `Cluster`: objects in one namespace, applied under one field manager, touched only where they are ours.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Cluster, type Manifest, Refused, type Running } from './cluster.ts';
import type { Access } from './kubernetes-access.ts';
import { type Answer, meaningOf } from './kubernetes-answer.ts';
import { type Call, type Patience, type Send, sender } from './kubernetes-api.ts';
import { holds, isOurs, type Live, live, MANAGER, OURS, toApply } from './kubernetes-fields.ts';
import { refusesToStartAtZero, withFirstPod } from './kubernetes-start.ts';
import { podsByService, readPages, refusal } from './kubernetes-list.ts';

interface Kind {
  readonly group: string;
  readonly plural: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  Service: { group: 'serving.knative.dev/v1', plural: 'services' },
  KafkaSource: { group: 'sources.knative.dev/v1', plural: 'kafkasources' },
  PingSource: { group: 'sources.knative.dev/v1', plural: 'pingsources' },
  KafkaSink: { group: 'eventing.knative.dev/v1alpha1', plural: 'kafkasinks' },
};
const TRIES = 6;
const CONFLICT_MS = 100;
const GONE_MS = 30_000;
const LONGEST_LOOK_MS = 1_000;

/**
 * `awake` needs the right to list pods: whoever may not says `false` and sees 0. Every call may throw {@link Refused} (also for
 * a lack of rights) or {@link Unavailable}.
 */
export interface KubernetesParts {
  readonly access: Access;
  readonly countsPods: boolean;
  readonly patience?: Patience;
}

export class KubernetesCluster implements Cluster {
  readonly #access: Access;
  readonly #countsPods: boolean;
  readonly #send: Send;
  /** what the server said of an object that was listed */
  readonly #seen = new WeakMap<Running, Live>();
  /** it has refused to make a Service without a first pod */
  #needsFirstPod = false;

  constructor({ access, countsPods, patience }: KubernetesParts) {
    this.#access = access;
    this.#countsPods = countsPods;
    this.#send = sender(access, patience);
  }

  async apply(manifest: Manifest, seen?: Running): Promise<void> {
    const lesser = withFirstPod(manifest);
    if (lesser === undefined) return this.#apply(manifest, seen);
    if (this.#needsFirstPod) return this.#apply(lesser, seen);
    try {
      await this.#apply(manifest, seen);
    } catch (error) {
      if (!refusesToStartAtZero(error)) throw error;
      this.#needsFirstPod = true;
      await this.#apply(lesser, seen);
    }
  }

  async #apply(manifest: Manifest, seen?: Running): Promise<void> {
    const { kind, metadata } = manifest;
    let present = (seen && this.#seen.get(seen)) ?? (await this.#get(kind, metadata.name));
    for (let tries = 1; tries <= TRIES; tries += 1) {
      if (await this.#applyOver(present, manifest)) return;
      await sleep(CONFLICT_MS * tries * Math.random());
      present = await this.#get(kind, metadata.name);
    }
    throw new Error(`${titleOf(manifest)}: it changed ${TRIES} times while it was being applied`);
  }

  /** False when the object is not any more as we took it to be: what somebody else has set since is to be looked at first. */
  async #applyOver(present: Live | undefined, manifest: Manifest): Promise<boolean> {
    const wanted = toApply(manifest, present);
    if (present !== undefined) {
      checkTouchable(present);
      if (holds(present, wanted) || startedAnyway(present, manifest)) return true;
    }
    const answer = await this.#send(this.#patch(wanted, present));
    const meaning = meaningOf(answer);
    if (meaning === 'done') return true;
    if (meaning === 'conflict' || (meaning === 'absent' && present !== undefined)) return false;
    throw refusal(titleOf(manifest), answer);
  }

  async list(kind: string, labels: Readonly<Record<string, string>>): Promise<Running[]> {
    const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const counts = kind === 'Service' && this.#countsPods;
    const [items, awake] = await Promise.all([
      readPages(this.#send, { path: this.#path(kind), selector: selector.join(','), item: live }),
      counts ? podsByService(this.#send, this.#access.namespace) : new Map<string, number>(),
    ]);
    return items.map((item) => {
      const running = { ...runningOf(item), awake: awake.get(item.metadata.name) ?? 0 };
      this.#seen.set(running, item);
      return running;
    });
  }

  async delete(kind: string, name: string): Promise<void> {
    const present = await this.#get(kind, name);
    if (present === undefined) return;
    if (present.metadata.labels?.[OURS.name] !== OURS.value) throw notOurs(present);
    const { uid } = present.metadata;
    // The one that we looked at, not another that may have come since.
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
    const answer = await this.#send({ method: 'DELETE', path: this.#path(kind, name), body });
    if (meaningOf(answer) === 'refused') throw refusal(titleOf(present), answer);
    if (!isGone(answer)) await this.#untilGone(kind, name, uid);
  }

  async close(): Promise<void> {
    this.#access.close();
  }

  async #untilGone(kind: string, name: string, uid: string): Promise<void> {
    const deadline = performance.now() + GONE_MS;
    for (let wait = 50; ; wait = Math.min(2 * wait, LONGEST_LOOK_MS)) {
      const present = await this.#get(kind, name);
      if (present?.metadata.uid !== uid) return;
      if (performance.now() > deadline) {
        const whom = present.metadata.finalizers?.join(', ') ?? 'nobody';
        throw new Error(`${titleOf(present)}: it is being deleted and not gone yet; it waits for ${whom}`);
      }
      await sleep(wait);
    }
  }

  async #get(kind: string, name: string): Promise<Live | undefined> {
    const answer = await this.#send({ method: 'GET', path: this.#path(kind, name) });
    const meaning = meaningOf(answer);
    if (meaning === 'absent') return undefined;
    if (meaning !== 'done') throw refusal(`${kind} ${name}`, answer);
    return live.parse(answer.body);
  }

  #patch(wanted: Manifest, present: Live | undefined): Call {
    const { resourceVersion } = present?.metadata ?? {};
    const query = new URLSearchParams({ fieldManager: MANAGER, force: 'true', fieldValidation: 'Strict' });
    return {
      method: 'PATCH',
      path: `${this.#path(wanted.kind, wanted.metadata.name)}?${query.toString()}`,
      contentType: 'application/apply-patch+yaml',
      // With the version that we looked at: what somebody set since is looked at before it is decided upon.
      body: { ...wanted, metadata: { ...wanted.metadata, resourceVersion } },
    };
  }

  #path(kind: string, name?: string): string {
    const known = KINDS[kind];
    if (known === undefined) throw new Refused(`${kind} is no kind that we know on Kubernetes`);
    const { group, plural } = known;
    const all = `/apis/${group}/namespaces/${this.#access.namespace}/${plural}`;
    return name === undefined ? all : `${all}/${name}`;
  }
}

function runningOf({ apiVersion, kind, metadata, spec, status }: Live): Omit<Running, 'awake'> {
  const { name, labels = {}, annotations = {} } = metadata;
  const ready =
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
  return { apiVersion, kind, metadata: { name, labels, annotations }, spec, ready };
}

/** Made with a first pod where none was allowed, and as it should be otherwise: that pod has long gone to sleep. */
function startedAnyway(present: Live, manifest: Manifest): boolean {
  const lesser = withFirstPod(manifest);
  return lesser !== undefined && holds(present, toApply(lesser, present));
}

/** What is deleted at once is answered with a mere Status; what waits for its finalizers, with itself. */
function isGone(answer: Answer): boolean {
  const status = z.object({ kind: z.literal('Status') });
  return meaningOf(answer) === 'done' && status.safeParse(answer.body).success;
}

function checkTouchable(present: Live): void {
  if (!isOurs(present)) throw notOurs(present);
  if (present.metadata.deletionTimestamp === undefined) return;
  throw new Error(`${titleOf(present)}: it is being deleted and can be made again when it is gone`);
}

function notOurs(present: Live): Refused {
  const label = `${OURS.name}=${OURS.value}`;
  return new Refused(`${titleOf(present)}: there is one that is not ours: it has no label ${label}`);
}

function titleOf({ kind, metadata }: Manifest | Live): string {
  return `${kind} ${metadata.name}`;
}
