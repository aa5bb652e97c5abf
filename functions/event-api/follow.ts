// A topic read once and then followed, so that asking again costs nothing. Begins when it is first asked.
import type { Log, LogRecord } from '../../eventing/log.ts';
import type { Report } from '../../eventing/report.ts';

export interface Followed<T> {
  readonly log: Log;
  readonly topic: string;
  readonly signal: AbortSignal;
  /** an empty state, and how a record changes it in place */
  readonly empty: () => T;
  readonly add: (state: T, record: LogRecord, report: Report) => void;
  readonly report: Report;
}

/** Gives the state of the whole topic. After a failure, which rejects, the next call reads from the start again. */
export function follow<T>(followed: Followed<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  const stopped = (): void => {
    current = undefined;
  };
  return () => {
    current ??= begin(followed, stopped);
    return current;
  };
}

function begin<T>(followed: Followed<T>, stopped: () => void): Promise<T> {
  const { topic, signal, report } = followed;
  return new Promise((resolve, reject) => {
    const end = (error: Error): void => {
      stopped();
      if (!signal.aborted) report('error', `The topic ${topic} cannot be read`, error);
      reject(error);
    };
    read(followed, resolve)
      .then(() => end(new Error(`The reading of ${topic} has ended.`)))
      .catch(end);
  });
}

async function read<T>(followed: Followed<T>, caughtUp: (state: T) => void): Promise<void> {
  const state = followed.empty();
  for await (const batch of followed.log.tail(followed.topic, followed.signal)) {
    for (const record of batch.records) followed.add(state, record, followed.report);
    if (batch.caughtUp) caughtUp(state);
  }
}
