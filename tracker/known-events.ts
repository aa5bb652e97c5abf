// The events as the topic `events` tells them: newest version of each, read to the end and then followed.
import { learnEvent } from '../eventing/announced.ts';
import type { Log } from '../eventing/log.ts';
import { EVENTS } from '../eventing/topics.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';

export type KnownEvents = ReadonlyMap<string, CrisisEvent>;

/** Yields what is known once the end was reached, then after every change. */
export async function* knownEvents(log: Log, signal: AbortSignal): AsyncGenerator<KnownEvents> {
  const known = new Map<string, CrisisEvent>();
  let complete = false;
  for await (const { records, caughtUp } of log.tail(EVENTS.name, signal)) {
    const news = records.map((record) => learnEvent(known, record));
    const first = caughtUp && !complete;
    complete ||= caughtUp;
    if (complete && (first || news.includes(true))) yield new Map(known);
  }
}

/** What the tracker has to let go of: archived or purged, in a version that it did not know before. */
export function newlyEnded(before: KnownEvents, now: KnownEvents): CrisisEvent[] {
  return [...now.values()].filter(
    ({ code, status, version }) =>
      (status === 'archived' || status === 'purged') && before.get(code)?.version !== version,
  );
}

/** Events that were known with other keywords. */
export function newlyWorded(before: KnownEvents, events: readonly CrisisEvent[]): CrisisEvent[] {
  return events.filter(({ code, keywords }) => {
    const former = before.get(code);
    return former !== undefined && former.keywords.join('\n') !== keywords.join('\n');
  });
}
