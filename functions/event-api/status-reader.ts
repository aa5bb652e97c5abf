// Puts together what `/api/status` says. A part that cannot be read now is named among the engines' problems; the rest still stands.
import type { Cluster } from '../../knative/cluster.ts';
import { countLetter, noLetters, type Unsent } from '../../eventing/dead-letters.ts';
import { DEAD_LETTERS, rawTweets } from '../../eventing/topics.ts';
import { within } from '../../eventing/within.ts';
import { normalizerGroup } from '../../knative/manifests.ts';
import type { Store } from '../../sql/store.ts';
import { follow } from './follow.ts';
import type { SystemStatus } from './status.ts';
import type { ReadTracker, TrackerDeps } from './tracker-reader.ts';

export interface StatusDeps extends TrackerDeps {
  readonly store: Store;
  readonly cluster: Pick<Cluster, 'list'>;
}

// A part that takes longer than this is said to be unreadable rather than waited for.
const PATIENCE_MS = 3_000;
const PARTS = { 'app.kubernetes.io/part-of': 'epicenter' };

type Engine = SystemStatus['engines'][number];
type Load = SystemStatus['events'][string];

export function statusReader(deps: StatusDeps, tracker: ReadTracker): () => Promise<SystemStatus> {
  const { log, signal, report } = deps;
  const letters = follow({
    log,
    signal,
    report,
    topic: DEAD_LETTERS.name,
    empty: noLetters,
    add: countLetter,
  });
  return async () => {
    const unreadable: Engine[] = [];
    const part = async <T>(engine: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await within(PATIENCE_MS, read());
      } catch (error) {
        unreadable.push({ engine, problems: [`cannot be read now: ${messageOf(error)}`] });
        return otherwise;
      }
    };
    const [said, events, services, engines, logged] = await Promise.all([
      part('tracker', tracker, null),
      part('log', async () => loads(deps, await letters()), {}),
      part('cluster', () => servicesOf(deps.cluster), []),
      part('store', async () => [engineOf(await deps.store.durability())], []),
      part('log', () => log.problems(), []),
    ]);
    const refusing = logged.length === 0 ? [] : [{ engine: 'log', problems: logged }];
    return { tracker: said, events, services, engines: [...engines, ...refusing, ...unreadable] };
  };
}

/** Of every event that is not purged. */
async function loads({ store, log }: StatusDeps, { byEvent }: Unsent): Promise<Record<string, Load>> {
  const codes = (await store.events()).filter(({ status }) => status !== 'purged').map(({ code }) => code);
  const entries = codes.map(async (code): Promise<[string, Load]> => {
    const lag = await log.lag(normalizerGroup(code), rawTweets(code).name);
    return [code, { lag, deadLetters: byEvent.get(code) ?? 0 }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function servicesOf(cluster: Pick<Cluster, 'list'>): Promise<SystemStatus['services']> {
  const running = await cluster.list('Service', PARTS);
  return running.map(({ metadata, ready, awake }) => ({ name: metadata.name, ready, awake }));
}

function engineOf({ engine, problems }: Awaited<ReturnType<Store['durability']>>): Engine {
  return { engine, problems: [...problems] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
