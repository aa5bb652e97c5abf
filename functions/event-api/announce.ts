// Says on the topic `events` what was saved. A log that is away holds nobody up for longer than two seconds.
import { eventChanged } from '../../eventing/cloud-events.ts';
import type { Log } from '../../eventing/log.ts';
import type { Report } from '../../eventing/report.ts';
import { within } from '../../eventing/within.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { Problem } from './problem.ts';

const PATIENCE_MS = 2_000;

export interface AnnounceDeps {
  readonly log: Log;
  readonly report: Report;
}

/**
 * Never rejects: the event is saved already, and what the log does not take the controller's tick announces. A log that is
 * slow is left to it in the background; should it fail then, that is reported, too.
 */
export async function announce(deps: AnnounceDeps, event: CrisisEvent): Promise<void> {
  const { code, version } = event;
  const told = append(deps, [event]).catch((cause: unknown) => {
    deps.report('error', `Saved, but not announced until the controller's next tick: ${code}`, cause);
  });
  try {
    await within(PATIENCE_MS, told);
  } catch (cause) {
    deps.report('warning', `Saved, but the log has yet to take version ${version} of ${code}`, cause);
  }
}

/** Rejects with a {@link Problem} 503 when the log does not take them, or not in time. */
export async function announceAll(deps: AnnounceDeps, events: readonly CrisisEvent[]): Promise<void> {
  try {
    await within(PATIENCE_MS, append(deps, events));
  } catch (cause) {
    deps.report('error', 'The events could not be announced', cause);
    throw new Problem(503, 'The events could not be announced: the log does not take them. Try again.');
  }
}

async function append({ log }: AnnounceDeps, changed: readonly CrisisEvent[]): Promise<void> {
  await log.append(changed.map((event) => eventChanged('event-api', event)));
}
