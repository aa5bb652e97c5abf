// Carries out the plan: reads what is wanted and what runs, and applies the difference.
import type { Log } from '../../eventing/log.ts';
import { readAll } from '../../eventing/announced.ts';
import { TWEETS_RECEIVED } from '../../eventing/cloud-events.ts';
import { DEAD_LETTERS, rawTweets } from '../../eventing/topics.ts';
import { Refused, type Cluster, type Running } from '../../knative/cluster.ts';
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
import { plan, type Action, type Observed } from './plan.ts';

const DRAINED = 'epicenter.dev/drained';
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
  const saved = await deps.store.events();
  await announceMissing(deps.log, saved);
  const observe = await observer(deps);
  const failures: unknown[] = [];
  for (const event of saved) {
    const work = unlessRefused(deps, event.code, async () => {
      for (const action of plan(event, await observe(event))) await carryOut(deps, event.code, action);
    });
    // What fails for one event is no reason to leave the others as they are.
    await work.catch((error: unknown) => failures.push(error));
  }
  await removeOrphans(deps, new Set(saved.map((event) => event.code)));
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

async function observer(deps: ControllerDeps): Promise<(event: CrisisEvent) => Promise<Observed>> {
  const topics = new Set(await deps.log.topics());
  const released = await deps.store.releases();
  const sources = await deps.cluster.list('KafkaSource', OURS);
  const running = new Set([...sources, ...(await deps.cluster.list('Service', OURS))].map(codeOfRunning));
  const drained = new Set(
    sources.filter((source) => source.metadata.annotations?.[DRAINED]).map(codeOfRunning),
  );
  const deadLetters = new Set<string | undefined>();
  await readAll(deps.log, DEAD_LETTERS.name, ({ headers }) => {
    // Of an event's posts; an announcement or a note that could not be delivered holds nothing back.
    if (headers['ce_type'] === TWEETS_RECEIVED) deadLetters.add(headers['ce_subject']);
  });
  return async ({ code }) => {
    const topic = rawTweets(code).name;
    const topicExists = topics.has(topic);
    return {
      running: running.has(code),
      topicExists,
      released: released.get(code) ?? 0,
      lag: topicExists ? await deps.log.lag(normalizerGroup(code), topic) : 0,
      deadLetters: deadLetters.has(code) ? 1 : 0,
      wasDrained: drained.has(code),
    };
  };
}

async function carryOut(deps: ControllerDeps, code: string, action: Action): Promise<void> {
  switch (action.kind) {
    case 'run':
      return run(deps, code, action.drained);
    case 'remove':
      return remove(deps, code);
    case 'delete-tweets':
      return deps.store.deleteTweets(code);
  }
}

async function run({ cluster }: ControllerDeps, code: string, drained: boolean): Promise<void> {
  const { service, source } = normalizerManifests(code);
  const annotations = { ...source.metadata.annotations, ...(drained ? { [DRAINED]: 'true' } : {}) };
  await cluster.apply(service);
  await cluster.apply({ ...source, metadata: { ...source.metadata, annotations } });
}

/** In this order: a KafkaSource without its Service would go on posting to nobody (facts/knative §1.1). */
async function remove({ cluster, log }: ControllerDeps, code: string): Promise<void> {
  await cluster.delete('KafkaSource', sourceName(code));
  await cluster.delete('Service', normalizerName(code));
  await log.deleteTopic(rawTweets(code).name);
}

async function removeOrphans(deps: ControllerDeps, wanted: ReadonlySet<string>): Promise<void> {
  const running = [
    ...(await deps.cluster.list('KafkaSource', OURS)),
    ...(await deps.cluster.list('Service', OURS)),
  ];
  for (const object of running) {
    const code = codeOfRunning(object);
    if (code === undefined || wanted.has(code)) continue;
    await deps.cluster.delete(object.kind, object.metadata.name);
  }
}

function codeOfRunning(object: Running): string | undefined {
  return object.metadata.labels?.[EVENT_LABEL];
}
