// Waiting until everything that was put on topics has been finished by those who read them.
import { setTimeout } from 'node:timers/promises';
import type { Log } from './log.ts';

const LOOK_EVERY_MS = 50;

/** Resolves when no group has anything left to do, or when `signal` aborts. */
export async function untilDrained(
  log: Log,
  readers: readonly { readonly group: string; readonly topic: string }[],
  signal: AbortSignal,
): Promise<void> {
  for (const { group, topic } of readers) {
    while (!signal.aborted && (await log.lag(group, topic)) > 0) await setTimeout(LOOK_EVERY_MS);
  }
}
