// Waiting that an abort ends at once.
import { setTimeout as pause } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** After the nth failure in a row, n from 1. */
export function backOffMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
}

/** Resolves after `ms`, or when `signal` aborts. */
export async function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  const done = new AbortController();
  await orAborted(signal, pause(ms, undefined, { signal: done.signal })).finally(() => done.abort());
}

/** Resolves when `signal` aborts. `forget` when nobody waits for it any more: the signal may live for long. */
export function abortion(signal: AbortSignal): {
  readonly promise: Promise<undefined>;
  readonly forget: () => void;
} {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const abort = (): void => resolve(undefined);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  return { promise, forget: () => signal.removeEventListener('abort', abort) };
}

/** As `promise`, or undefined as soon as `signal` aborts; `promise` goes on then, and its error is of no interest. */
export async function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  const aborted = abortion(signal);
  return Promise.race([aborted.promise, promise]).finally(aborted.forget);
}

/** As `promise`, or rejects after `ms`. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = pause(ms, undefined, { signal: done.signal }).then(() => {
    throw new Error(`no answer within ${ms / 1000} s`);
  });
  return Promise.race([promise, late]).finally(() => done.abort());
}
