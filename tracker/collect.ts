// Starts a tracker as its topics say: how far the last one got, which events there are, and what changes while it runs.
import { lastProgress } from '../eventing/announced.ts';
import type { Progress } from '../eventing/collection.ts';
import type { Log } from '../eventing/log.ts';
import { FIXED_TOPICS } from '../eventing/topics.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import { knownEvents, type KnownEvents } from './known-events.ts';
import type { Source } from './source.ts';
import { Tracker } from './tracker.ts';
import { sleep } from './wakeup.ts';

const RETRY_MS = 5_000;

export interface CollectOptions {
  readonly log: Log;
  readonly install: string;
  readonly open: (previous: Progress | undefined, active: readonly CrisisEvent[]) => Source;
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
  const { log, install, open, report } = options;
  for (const spec of FIXED_TOPICS) await log.createTopic(spec);
  const previous = (await lastProgress(log)).get(install);
  const changes = knownEvents(log, signal);
  const first = await changes.next();
  if (first.done === true) return undefined;
  const active = [...first.value.values()].filter((event) => event.status === 'active');
  const tracker = new Tracker({ log, install, previous, report, source: open(previous, active) });
  await tracker.want(first.value);
  const following = follow(changes, tracker, report, signal);
  const finished = Promise.race([tracker.run(signal), failureOf(following)]);
  return { tracker, finished, stopped: Promise.allSettled([finished, following]).then(() => undefined) };
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
    for (let done = false; !done && !signal.aborted;) {
      done = await tracker.want(known).then(
        () => true,
        (error: unknown) => {
          report(`The tracker cannot follow the events, trying again: ${String(error)}`);
          return false;
        },
      );
      if (!done) await sleep(RETRY_MS, signal);
    }
  }
}
