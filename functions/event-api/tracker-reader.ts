// What the tracker says of itself, by following its topic: the newest report, and what of an event its service refuses.
import { progressOf } from '../../eventing/announced.ts';
import { refusal, type Progress } from '../../eventing/collection.ts';
import type { Log, LogRecord } from '../../eventing/log.ts';
import type { Report } from '../../eventing/report.ts';
import { PROGRESS } from '../../eventing/topics.ts';
import { within } from '../../eventing/within.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { follow } from './follow.ts';
import type { SystemStatus } from './status.ts';
import type { z } from 'zod';

export interface TrackerDeps {
  readonly log: Log;
  readonly now: () => Date;
  /** ends what is followed in the background */
  readonly signal: AbortSignal;
  readonly report: Report;
}

export type ReadTracker = () => Promise<SystemStatus['tracker']>;

/** Keywords of one event that are not collected at this time, and why. */
export const refusedKeywords = refusal.omit({ event: true });
export type RefusedKeywords = z.infer<typeof refusedKeywords>;
/** Of an event; null while the tracker's word cannot be read. */
export type ReadRefused = (event: CrisisEvent) => Promise<RefusedKeywords[] | null>;

const STALE_MS = 15_000;
// Of whoever has said that it ended, no more words are due.
const ENDED = new Set(['finished', 'stopped']);
// An event is shown all the same.
const PATIENCE_MS = 1_000;

export function trackerReader({ now, ...followed }: TrackerDeps): ReadTracker {
  const trackers = follow({ ...followed, topic: PROGRESS.name, empty: newTrackers, add: addProgress });
  return async () => newest(await trackers(), now());
}

export function refusedReader(tracker: ReadTracker): ReadRefused {
  return async ({ code, status, keywords: wanted }) => {
    if (status !== 'active') return [];
    try {
      const said = (await within(PATIENCE_MS, tracker()))?.refused ?? [];
      // The tracker may not have heard yet that a keyword was taken out.
      return said
        .filter(({ event }) => event === code)
        .map(({ keywords, more, reason }) => ({
          keywords: keywords.filter((keyword) => wanted.includes(keyword)),
          more,
          reason,
        }))
        .filter(({ keywords }) => keywords.length > 0);
    } catch {
      // The status names what cannot be read.
      return null;
    }
  };
}

function newTrackers(): Map<string, Progress> {
  return new Map();
}

function addProgress(known: Map<string, Progress>, record: LogRecord, report: Report): void {
  const said = progressOf(record);
  if (said !== undefined) known.set(said.install, said);
  else report('warning', `Record ${record.offset} on ${record.topic} is no progress of a tracker.`);
}

function newest(known: Map<string, Progress>, now: Date): SystemStatus['tracker'] {
  const [first] = [...known.values()].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  if (first === undefined) return null;
  const silentMs = now.getTime() - Date.parse(first.at);
  return { ...first, stale: silentMs > STALE_MS && !ENDED.has(first.state) };
}
