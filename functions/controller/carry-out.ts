// Does to the cluster, the log and the store what a plan says of one event.
import { rawTweets } from '../../eventing/topics.ts';
import type { Cluster, Manifest, Running } from '../../knative/cluster.ts';
import { type Installed, normalizerManifests, normalizerName, sourceName } from '../../knative/manifests.ts';
import type { Log } from '../../eventing/log.ts';
import type { Store } from '../../sql/store.ts';
import type { Action } from './plan.ts';

/** On a KafkaSource: a tick found nothing left to store. */
export const DRAINED = 'epicenter.dev/drained';
/** On a Service: its KafkaSource and its topic are being removed. */
export const ENDING = 'epicenter.dev/ending';

export interface Means {
  readonly store: Pick<Store, 'deleteTweets'>;
  readonly log: Pick<Log, 'deleteTopic'>;
  readonly cluster: Cluster;
  /** undefined where the templates say everything */
  readonly installed?: Installed | undefined;
}

/** What the cluster has just listed, by kind and name; empty when nobody has looked. */
export type Seen = ReadonlyMap<string, Running>;

export function seen(objects: readonly Running[]): Seen {
  return new Map(objects.map((object) => [keyOf(object), object]));
}

export async function carryOut(
  means: Means,
  code: string,
  todo: { action: Action; seen: Seen },
): Promise<void> {
  const { action } = todo;
  switch (action.kind) {
    case 'run':
      return run(means, code, { drained: action.drained, seen: todo.seen });
    case 'remove':
      return action.topic ? removeWithTopic(means, code, todo.seen) : remove(means, code);
    case 'delete-tweets':
      return means.store.deleteTweets(code);
  }
}

async function run(
  { cluster, installed }: Means,
  code: string,
  as: { drained: boolean; seen: Seen },
): Promise<void> {
  const { service, source } = normalizerManifests(code, installed);
  await cluster.apply(service, as.seen.get(keyOf(service)));
  await cluster.apply(as.drained ? annotated(source, DRAINED) : source, as.seen.get(keyOf(source)));
}

/** In this order: a KafkaSource without its Service would go on posting to nobody (facts/knative §1.1). */
async function remove({ cluster }: Means, code: string): Promise<void> {
  await cluster.delete('KafkaSource', sourceName(code));
  await cluster.delete('Service', normalizerName(code));
}

/**
 * The group goes with the KafkaSource, and without it the whole topic looks unread. So the Service goes last and says that
 * this has begun: a removal that stops half way is finished by the next tick, not taken for an event that has yet to run.
 */
async function removeWithTopic(
  { cluster, log, installed }: Means,
  code: string,
  before: Seen,
): Promise<void> {
  const { service } = normalizerManifests(code, installed);
  await cluster.apply(annotated(service, ENDING), before.get(keyOf(service)));
  await cluster.delete('KafkaSource', sourceName(code));
  await log.deleteTopic(rawTweets(code).name);
  await cluster.delete('Service', normalizerName(code));
}

function keyOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}

function annotated(manifest: Manifest, annotation: string): Manifest {
  const { metadata } = manifest;
  return {
    ...manifest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [annotation]: 'true' } },
  };
}
