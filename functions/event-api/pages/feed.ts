// One shared loop that reads while somebody watches: a hundred open pages cost the database what one costs.

import { setTimeout } from 'node:timers/promises';
import type { Report } from '../../../eventing/report.ts';

const AFTER_TROUBLE_MS = 5_000;

export type Reading<T> = { readonly value: T } | { readonly problem: unknown };

export interface Feed<T> {
  /** Each reading that ends from now on: an earlier one may be older than the page that asks. A slow watcher skips some. */
  watch(signal: AbortSignal): AsyncGenerator<Reading<T>>;
}

/** Calls `read` every `everyMs` after it last ended, only while there are watchers; a failed read is a reading, too. */
export function feed<T>(read: () => Promise<T>, everyMs: number, report: Report): Feed<T> {
  const state: State<T> = { watchers: 0, running: false, next: Promise.withResolvers() };

  async function run(): Promise<void> {
    state.running = true;
    while (state.watchers > 0) {
      const reading = await attempt(read, report);
      const { next } = state;
      state.next = Promise.withResolvers();
      next.resolve(reading);
      await setTimeout('problem' in reading ? AFTER_TROUBLE_MS : everyMs);
    }
    state.running = false;
  }

  async function* watch(signal: AbortSignal): AsyncGenerator<Reading<T>> {
    const aborted = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    state.watchers += 1;
    try {
      if (!state.running) void run();
      let reading = await Promise.race([state.next.promise, aborted]);
      while (reading !== undefined && !signal.aborted) {
        const following = state.next.promise;
        yield reading;
        reading = await Promise.race([following, aborted]);
      }
    } finally {
      state.watchers -= 1;
    }
  }

  return { watch };
}

interface State<T> {
  watchers: number;
  running: boolean;
  /** settled by the reading that is under way or comes next */
  next: PromiseWithResolvers<Reading<T>>;
}

/** The outcome of `read`; a failure is reported. */
export async function attempt<T>(read: () => Promise<T>, report: Report): Promise<Reading<T>> {
  try {
    return { value: await read() };
  } catch (problem) {
    report('warning', 'Open pages cannot be brought up to date', problem);
    return { problem };
  }
}
