// Carries out the plan: reads what is wanted and what runs, and applies the difference.
import type { Log } from '../../eventing/log.ts';
import { readAll } from '../../eventing/announced.ts';
import { TWEETS_RECEIVED } from '../../eventing/cloud-events.ts';
import { DEAD_LETTERS, rawTweets } from '../../eventing/topics.ts';
import { Refused, type Cluster, type Manifest, type Running } from '../../knative/cluster.ts';
import {
  EVENT_LABEL,
  normalizerGroup,
  normalizerManifests,
  normalizerName,
  sourceName,
} from '../../knative/manifests.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import type { Store } from '../../sql/store.ts';
import { announceMissing } from './announce.ts';
import { isOver, plan, type Action, type Observed } from './plan.ts';

/** On a KafkaSource: a tick found nothing left to store. */
const DRAINED = 'epicenter.dev/drained';
/** On a Service: its KafkaSource and its topic are being removed. */
const ENDING = 'epicenter.dev/ending';
const OURS = { 'app.kubernetes.io/part-of': 'epicenter', 'app.kubernetes.io/name': 'normalizer' };

export interface ControllerDeps {
  readonly store: Store;
  readonly log: Log;
  readonly cluster: Cluster;
  readonly report: (problem: string) => void;
}

/** One event, because something about it was said. A later tick repairs whatever this leaves. */
export async function reconcileEvent(deps: ControllerDeps, code: string): Promise<void> {
  const event = await deps.store.event(code);
  if (event === undefined || event.status === 'archived' || event.status === 'purged') return;
  await unlessRefused(deps, code, () => run(deps, code, false));
}

/** Every event: announces what was not, finishes what is half made, ends what has drained, removes what nobody wants. */
export async function reconcileAll(deps: ControllerDeps): Promise<void> {
  // Listed before the events are read: whatever runs by now belongs to an event that is saved by then.
  const running = await listed(deps.cluster);
  const saved = await deps.store.events();
  await announceMissing(deps.log, saved);
  const observe = await observer(deps, saved, running);
  const failures: unknown[] = [];
  for (const event of saved) {
    const work = unlessRefused(deps, event.code, async () => {
      for (const action of plan(event, await observe(event))) await carryOut(deps, event.code, action);
    });
    // What fails for one event is no reason to leave the others as they are.
    await work.catch((error: unknown) => failures.push(error));
  }
  await removeOrphans(deps.cluster, running, new Set(saved.map((event) => event.code)));
  if (failures.length > 0) throw failures[0];
}

/** No retry helps against a refusal, and one would hold up whatever else is to be done. */
async function unlessRefused(deps: ControllerDeps, code: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    deps.report(`The cluster refuses what ${code} needs: ${error.message}`);
  }
}

interface Listed {
  readonly sources: readonly Running[];
  readonly services: readonly Running[];
}

async function listed(cluster: Cluster): Promise<Listed> {
  const [sources, services] = await Promise.all([
    cluster.list('KafkaSource', OURS),
    cluster.list('Service', OURS),
  ]);
  return { sources, services };
}

async function observer(
  deps: ControllerDeps,
  saved: readonly CrisisEvent[],
  { sources, services }: Listed,
): Promise<(event: CrisisEvent) => Promise<Observed>> {
  const topics = new Set(await deps.log.topics());
  const released = await deps.store.releases();
  const running = codesOf([...sources, ...services]);
  const drained = codesOf(sources.filter(marked(DRAINED)));
  const ending = codesOf(services.filter(marked(ENDING)));
  const leaves = ({ code, status }: CrisisEvent): boolean =>
    isOver(status) && (running.has(code) || topics.has(rawTweets(code).name));
  // What only an event on its way out needs to know is asked for when there is one.
  const buried = saved.some(leaves) ? await deadLettersOf(deps.log) : new Set();
  return async (event) => {
    const { code } = event;
    const topic = rawTweets(code).name;
    return {
      running: running.has(code),
      topicExists: topics.has(topic),
      released: released.get(code) ?? 0,
      lag: leaves(event) ? await deps.log.lag(normalizerGroup(code), topic) : 0,
      deadLetters: buried.has(code) ? 1 : 0,
      wasDrained: drained.has(code),
      ending: ending.has(code),
    };
  };
}

/** The events that have dead letters of posts; an announcement or a note that could not be delivered holds nothing back. */
async function deadLettersOf(log: Log): Promise<Set<string | undefined>> {
  const codes = new Set<string | undefined>();
  await readAll(log, DEAD_LETTERS.name, ({ headers }) => {
    if (headers['ce_type'] === TWEETS_RECEIVED) codes.add(headers['ce_subject']);
  });
  return codes;
}

async function carryOut(deps: ControllerDeps, code: string, action: Action): Promise<void> {
  switch (action.kind) {
    case 'run':
      return run(deps, code, action.drained);
    case 'remove':
      return action.topic ? removeWithTopic(deps, code) : remove(deps, code);
    case 'delete-tweets':
      return deps.store.deleteTweets(code);
  }
}

async function run({ cluster }: ControllerDeps, code: string, drained: boolean): Promise<void> {
  const { service, source } = normalizerManifests(code);
  await cluster.apply(service);
  await cluster.apply(drained ? annotated(source, DRAINED) : source);
}

/** In this order: a KafkaSource without its Service would go on posting to nobody (facts/knative §1.1). */
async function remove({ cluster }: ControllerDeps, code: string): Promise<void> {
  await cluster.delete('KafkaSource', sourceName(code));
  await cluster.delete('Service', normalizerName(code));
}

/**
 * The group goes with the KafkaSource, and without it the whole topic looks unread. So the Service goes last and says that
 * this has begun: a removal that stops half way is finished by the next tick, not taken for an event that has yet to run.
 */
async function removeWithTopic(deps: ControllerDeps, code: string): Promise<void> {
  await deps.cluster.apply(annotated(normalizerManifests(code).service, ENDING));
  await deps.cluster.delete('KafkaSource', sourceName(code));
  await deps.log.deleteTopic(rawTweets(code).name);
  await deps.cluster.delete('Service', normalizerName(code));
}

async function removeOrphans(
  cluster: Cluster,
  { sources, services }: Listed,
  wanted: ReadonlySet<string>,
): Promise<void> {
  for (const object of [...sources, ...services]) {
    const code = codeOf(object);
    if (code === undefined || wanted.has(code)) continue;
    await cluster.delete(object.kind, object.metadata.name);
  }
}

function codeOf({ metadata }: Running): string | undefined {
  return metadata.labels?.[EVENT_LABEL];
}

function codesOf(objects: readonly Running[]): Set<string | undefined> {
  return new Set(objects.map(codeOf));
}

function marked(annotation: string): (object: Running) => boolean {
  return ({ metadata }) => metadata.annotations?.[annotation] !== undefined;
}

function annotated(manifest: Manifest, annotation: string): Manifest {
  const { metadata } = manifest;
  return {
    ...manifest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [annotation]: 'true' } },
  };
}
