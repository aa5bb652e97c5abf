// Starts a tracker as its topics say: how far the last one got, which events there are, and what changes while it runs.
import { randomBytes } from 'node:crypto';
import { lastProgress } from '../eventing/announced.ts';
import { progressKey } from '../eventing/cloud-events.ts';
import type { Progress } from '../eventing/collection.ts';
import type { Log } from '../eventing/log.ts';
import { FIXED_TOPICS } from '../eventing/topics.ts';
import { Budget } from './budget.ts';
import { knownEvents, type KnownEvents } from './known-events.ts';
import type { Opening } from './open-source.ts';
import type { Source } from './source.ts';
import type { Spool } from './spool.ts';
import { Tracker } from './tracker.ts';
import { sleep } from './wakeup.ts';

const RETRY_MS = 5_000;

export interface CollectOptions {
  readonly log: Log;
  readonly spool: Spool | undefined;
  /** undefined: that of the last tracker, or a new one */
  readonly install: string | undefined;
  /** how many posts X may deliver, and bill, in a UTC day; undefined: no limit */
  readonly postsPerDay: number | undefined;
  readonly open: (opening: Opening) => Source;
  readonly report: (message: string) => void;
}

export interface Collecting {
  readonly tracker: Tracker;
  /** when the source has no more, or `signal` aborted, and everything accepted is durable: why not all could be read, if so */
  readonly finished: Promise<string | null>;
  /** resolves after `signal` aborted, when nothing runs any more */
  readonly stopped: Promise<void>;
}

/** Undefined when `signal` aborts before the events are known. */
export async function collect(options: CollectOptions, signal: AbortSignal): Promise<Collecting | undefined> {
  const { log, spool, open, report } = options;
  // What an earlier tracker left in the spool comes first: its last word is there, too.
  await spool?.drained(signal);
  const last = await insisting(() => lastWords(log), report, signal);
  if (last === undefined) return undefined;
  const changes = knownEvents(log, signal);
  const first = await changes.next();
  if (first.done === true) return undefined;
  const active = [...first.value.values()].filter((event) => event.status === 'active');
  const install = options.install ?? lastInstall(last) ?? randomBytes(6).toString('hex');
  const spent = last.get(progressKey(install, false))?.spent;
  const budget = new Budget(spent, options.postsPerDay, Date.now);
  const source = open({ install, replayed: last.get(progressKey(install, true)), active, budget });
  const previous = last.get(progressKey(install, source.replayOf !== null));
  const tracker = new Tracker({ log, spool, install, previous, budget, report, source });
  await tracker.want(first.value);
  const following = follow(changes, tracker, report, signal);
  const finished = Promise.race([tracker.run(signal), failureOf(following)]);
  return { tracker, finished, stopped: Promise.allSettled([finished, following]).then(() => undefined) };
}

async function lastWords(log: Log): Promise<Map<string, Progress>> {
  for (const spec of FIXED_TOPICS) await log.createTopic(spec);
  return lastProgress(log);
}

/** The name of the tracker that spoke last: it marks our rules at X, and another one would not know its gaps. */
function lastInstall(last: ReadonlyMap<string, Progress>): string | undefined {
  const newestFirst = [...last.values()].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return newestFirst[0]?.install;
}

/** Tries until it works; undefined when `signal` aborts first. */
async function insisting<T>(
  work: () => Promise<T>,
  report: (message: string) => void,
  signal: AbortSignal,
): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      report(`The tracker cannot go on yet, trying again: ${String(error)}`);
      await sleep(RETRY_MS, signal);
    }
  }
  return undefined;
}

/** Rejects when `work` does, and never resolves: a tracker that no longer hears of events must not go on as if it did. */
async function failureOf(work: Promise<void>): Promise<never> {
  await work;
  return new Promise<never>(() => undefined);
}

async function follow(
  changes: AsyncIterable<KnownEvents>,
  tracker: Tracker,
  report: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const known of changes) {
    await insisting(() => tracker.want(known), report, signal);
  }
}
