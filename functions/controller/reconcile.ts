// Carries out the plan: reads what is wanted and what runs, and applies the difference.
import type { Log } from '../../eventing/log.ts';
import { unsentPosts } from '../../eventing/dead-letters.ts';
import { rawTweets } from '../../eventing/topics.ts';
import { Refused, type Cluster, type Running } from '../../knative/cluster.ts';
import { EVENT_LABEL, type Installed, normalizerGroup } from '../../knative/manifests.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import type { Store } from '../../sql/store.ts';
import { announceMissing } from './announce.ts';
import { atOnce } from './at-once.ts';
import { carryOut, DRAINED, ENDING, seen } from './carry-out.ts';
import { isOver, plan, type Observed } from './plan.ts';
import { noteAccepted, noteRefused } from './refusals.ts';

const OURS = { 'app.kubernetes.io/part-of': 'epicenter', 'app.kubernetes.io/name': 'normalizer' };

export interface ControllerDeps {
  readonly store: Store;
  readonly log: Log;
  readonly cluster: Cluster;
  readonly report: (problem: string) => void;
  /** undefined where the manifests' templates say everything */
  readonly installed?: Installed | undefined;
}

/** One event, because something about it was said. A later tick repairs whatever this leaves. */
export async function reconcileEvent(deps: ControllerDeps, code: string): Promise<void> {
  const event = await deps.store.event(code);
  if (event === undefined || event.status === 'archived' || event.status === 'purged') return;
  await tellingRefusal(deps, code, () =>
    carryOut(deps, code, { action: { kind: 'run', drained: false }, seen: seen([]) }),
  );
}

/** Every event: announces what was not, finishes what is half made, ends what has drained, removes what nobody wants. */
export async function reconcileAll(deps: ControllerDeps): Promise<void> {
  // Listed before the events are read: whatever runs by now belongs to an event that is saved by then.
  const running = await listed(deps.cluster);
  const saved = await deps.store.events();
  await announceMissing(deps.log, saved);
  const observe = await observer(deps, saved, running);
  const before = seen([...running.sources, ...running.services]);
  const failures = await atOnce(saved, async (event) =>
    tellingRefusal(deps, event.code, async () => {
      const actions = plan(event, await observe(event));
      for (const action of actions) await carryOut(deps, event.code, { action, seen: before });
    }),
  );
  const codes = new Set<string | undefined>([undefined, ...saved.map(({ code }) => code)]);
  for (const objects of [running.sources, running.services]) {
    const orphans = objects.filter((object) => !codes.has(codeOf(object)));
    failures.push(...(await atOnce(orphans, (object) => removeOrphan(deps, object))));
  }
  for (const failure of failures) deps.report(`Something could not be done: ${messageOf(failure)}`);
  if (failures.length > 0) throw failures[0];
}

/** No retry helps against a refusal, and one would hold up whatever else is to be done. The next tick asks again. */
async function tellingRefusal(deps: ControllerDeps, code: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    deps.report(`The cluster refuses what ${code} needs: ${error.message}`);
    return noteRefused(deps, code, error.message);
  }
  return noteAccepted(deps, code);
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
  const buried = saved.some(leaves) ? await unsentPosts(deps.log) : new Map<string, number>();
  return async (event) => {
    const { code } = event;
    const topic = rawTweets(code).name;
    return {
      running: running.has(code),
      topicExists: topics.has(topic),
      released: released.get(code) ?? 0,
      lag: leaves(event) ? await deps.log.lag(normalizerGroup(code), topic) : 0,
      deadLetters: buried.get(code) ?? 0,
      wasDrained: drained.has(code),
      ending: ending.has(code),
    };
  };
}

/** A refusal is told; the next tick asks again. */
async function removeOrphan({ cluster, report }: ControllerDeps, { kind, metadata }: Running): Promise<void> {
  try {
    await cluster.delete(kind, metadata.name);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    report(`What belongs to no event cannot be removed: ${error.message}`);
  }
}

function codeOf({ metadata }: Running): string | undefined {
  return metadata.labels?.[EVENT_LABEL];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codesOf(objects: readonly Running[]): Set<string | undefined> {
  return new Set(objects.map(codeOf));
}

function marked(annotation: string): (object: Running) => boolean {
  return ({ metadata }) => metadata.annotations?.[annotation] !== undefined;
}
