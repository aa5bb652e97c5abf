// Waiting until everything that was put on topics has been finished by those who read them.
import { setTimeout } from 'node:timers/promises';
import type { Log } from './log.ts';

const LOOK_EVERY_MS = 50;
const AFTER_FAILURE_MS = 500;

export interface Reader {
  readonly group: string;
  readonly topic: string;
}

/**
 * Resolves when no group has anything left to do, or when `signal` aborts. While the log cannot tell, it is asked again:
 * a broker that restarts is no end. `failed` is told of the first of each row of failures.
 */
export async function untilDrained(
  log: Pick<Log, 'lag'>,
  readers: readonly Reader[],
  signal: AbortSignal,
  failed: (error: unknown) => void = () => undefined,
): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const stop = (): void => aborted.resolve();
  signal.addEventListener('abort', stop);
  const drained = async (): Promise<void> => {
    for (const reader of readers) await finished(log, reader, signal, failed);
  };
  // An answer of a log that is away may take longer than whoever waits here.
  await Promise.race([drained(), aborted.promise]);
  signal.removeEventListener('abort', stop);
}

async function finished(
  log: Pick<Log, 'lag'>,
  { group, topic }: Reader,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<void> {
  let failing = false;
  while (!signal.aborted) {
    try {
      if ((await log.lag(group, topic)) === 0) return;
      failing = false;
    } catch (error) {
      if (!failing && !signal.aborted) failed(error);
      failing = true;
    }
    await setTimeout(failing ? AFTER_FAILURE_MS : LOOK_EVERY_MS);
  }
}
