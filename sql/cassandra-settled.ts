// Counts the buckets that this process wrote to when they have been quiet for long enough, so that who reads later need not wait
// for it. Only a help: what is missed here (the process ended, Cassandra was away) is counted by whoever asks for it first.
import type { Report } from '../eventing/report.ts';
import { countSettled, SETTLED_MS } from './cassandra-buckets.ts';
import type { Cql } from './cassandra-client.ts';
import { NOTE_MS, type Notes } from './cassandra-notes.ts';

const EVERY_MS = 5_000;
// The servers' clocks may be apart; a bucket that is asked about too early is left to its readers.
const QUIET_MS = SETTLED_MS + NOTE_MS;

/** Returns what stops it, which resolves when nothing is under way. */
export function countInBackground(cql: Cql, notes: Notes, report: Report): () => Promise<void> {
  const stop = new AbortController();
  let round: Promise<void> | undefined;
  const timer = setInterval(() => {
    round ??= countQuiet(cql, notes, QUIET_MS, stop.signal)
      .catch((error: unknown) =>
        report('warning', 'A quiet bucket was not counted; whoever asks for it first waits for that.', error),
      )
      .finally(() => (round = undefined));
  }, EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    stop.abort();
    await round;
  };
}

/** One at a time: nobody waits for it, and those who write and read come first. */
export async function countQuiet(
  cql: Cql,
  notes: Notes,
  quietMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (const { event, bucket } of notes.takeQuiet(quietMs)) {
    await countSettled(cql, event, bucket);
    if (signal.aborted) return;
  }
}
