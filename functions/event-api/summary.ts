// The end of a replay that runs once: waits until everything read is stored, then says what was read and what there is.
import { readUnsent } from '../../eventing/dead-letters.ts';
import { untilDrained } from '../../eventing/drained.ts';
import type { Log } from '../../eventing/log.ts';
import type { Report } from '../../eventing/report.ts';
import { COLLECTION, rawTweets } from '../../eventing/topics.ts';
import { COLLECTION_GROUP, normalizerGroup } from '../../knative/manifests.ts';
import type { Store } from '../../sql/store.ts';

export interface SummaryDeps {
  readonly store: Store;
  readonly log: Log;
  readonly report: Report;
  /** of this run */
  readonly counts: {
    readonly read: number;
    readonly rejected: number;
    readonly matchedByEvent: ReadonlyMap<string, number>;
  };
  /** when the run began, ms since 1970 */
  readonly since: number;
}

export interface Summary {
  /** one JSON object on one line, as design §4 says */
  readonly line: string;
  /** false when something that was read could not be stored */
  readonly complete: boolean;
}

/** Undefined when `signal` aborts before everything is stored. */
export async function summarize(deps: SummaryDeps, signal: AbortSignal): Promise<Summary | undefined> {
  const { store, log, counts, since, report } = deps;
  const { read, rejected, matchedByEvent } = counts;
  const codes = (await store.events()).filter(({ status }) => status !== 'purged').map(({ code }) => code);
  const readers = codes.map((code) => ({ group: normalizerGroup(code), topic: rawTweets(code).name }));
  const notes = { group: COLLECTION_GROUP, topic: COLLECTION.name };
  await untilDrained(log, [...readers, notes], signal, (error) =>
    report('warning', 'The log does not say what is left to store; it is asked again', error),
  );
  if (signal.aborted) return undefined;
  const events: Record<string, { matched: number; stored: number }> = {};
  for (const code of codes) {
    events[code] = { matched: matchedByEvent.get(code) ?? 0, stored: await store.total(code) };
  }
  let deadLetters = 0;
  const { batches } = await readUnsent(log);
  for await (const batch of batches) deadLetters += batch.filter(({ time }) => time >= since).length;
  return { line: JSON.stringify({ read, rejected, events }), complete: deadLetters === 0 };
}
