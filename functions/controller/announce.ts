// The database holds the events, the log announces them: whatever the topic lacks or has in an older version is said again.
import { announcedEvents } from '../../eventing/announced.ts';
import { eventChanged } from '../../eventing/cloud-events.ts';
import type { Log } from '../../eventing/log.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';

/** How many events were announced. */
export async function announceMissing(log: Log, saved: readonly CrisisEvent[]): Promise<number> {
  const announced = await announcedEvents(log);
  const missing = saved.filter((event) => (announced.get(event.code)?.version ?? 0) < event.version);
  if (missing.length > 0) await log.append(missing.map((event) => eventChanged('controller', event)));
  return missing.length;
}
