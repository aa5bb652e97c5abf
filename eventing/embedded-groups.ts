// Consumer groups of the embedded log: who works on which topic, one after another.
import type { Tables } from './embedded-database.ts';
import { Consumption, type Waker } from './embedded-readers.ts';
import type { Handle, Log, Subscription } from './log.ts';

const keyOf = (group: string, topic: string): string => JSON.stringify([group, topic]);

interface Work {
  readonly subscription: Subscription;
  readonly handle: Handle;
  readonly start: number;
}

export interface Groups {
  consume: Log['consume'];
  /** Everything below this offset is finished, also where that is not written down yet; undefined for a group not at work. */
  finished(group: string, topic: string): number | undefined;
  ended(): Promise<void>;
}

/** One consumer of a group works on a topic at a time; a second one waits until the first has ended. */
export function openGroups(tables: Tables, waker: Waker): Groups {
  const turns = new Map<string, Promise<unknown>>();
  const working = new Map<string, Consumption>();

  const work = async (of: Work, signal: AbortSignal): Promise<void> => {
    const { topic: name, group, inFlight } = of.subscription;
    let { start } = of;
    const key = keyOf(group, name);
    while (!signal.aborted) {
      const topic = tables.topic(name);
      if (topic === undefined) {
        await waker.wait(name, signal);
        continue;
      }
      const worker = new Consumption(tables, { topic, group, inFlight, start }, of.handle);
      working.set(key, worker);
      await worker.run(waker, signal).finally(() => working.delete(key));
      start = 0;
    }
  };
  return {
    async consume(subscription, handle, signal) {
      const { topic, group, from } = subscription;
      const key = keyOf(group, topic);
      // What is appended to a topic that is created later is new to this group: nothing of it is skipped.
      const start = from === 'latest' ? (tables.topic(topic)?.next ?? 0) : 0;
      const before = turns.get(key) ?? Promise.resolve();
      const turn = Promise.race([before, aborted(signal)]).then(() =>
        work({ subscription, handle, start }, signal),
      );
      const ended = Promise.allSettled([before, turn]);
      turns.set(key, ended);
      await turn;
    },
    finished: (group, topic) => working.get(keyOf(group, topic))?.finished,
    async ended() {
      await Promise.all(turns.values());
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
