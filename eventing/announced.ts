// What the topics that keep only the newest of a key say: every event in its newest version, and how far a tracker got.
import { crisisEvent, type CrisisEvent } from '../sql/crisis-event.ts';
import { EVENT_CHANGED, fromRecord, TRACKER_PROGRESSED } from './cloud-events.ts';
import { progress, type Progress } from './collection.ts';
import type { Log, LogRecord } from './log.ts';
import { EVENTS, PROGRESS } from './topics.ts';

const PATIENCE_MS = 60_000;

/**
 * Every record that a topic has now. Rejects when not all of them can be had: the log is closed, or, since a tail waits for
 * a broker that is away, when nothing comes for `patienceMs`. What was visited until then is only a part.
 */
export async function readAll(
  log: Pick<Log, 'tail'>,
  topic: string,
  visit: (record: LogRecord) => void,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  for await (const batch of batchesOf(log, topic, patienceMs)) for (const record of batch) visit(record);
}

/** The same in batches, for a reader who has to wait in between, though not for longer than `patienceMs`. */
export async function* batchesOf(
  log: Pick<Log, 'tail'>,
  topic: string,
  patienceMs = PATIENCE_MS,
): AsyncGenerator<readonly LogRecord[]> {
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), patienceMs);
  try {
    for await (const { records, caughtUp } of log.tail(topic, stop.signal)) {
      patience.refresh();
      yield records;
      patience.refresh();
      if (caughtUp) return;
    }
  } finally {
    clearTimeout(patience);
  }
  const why = stop.signal.aborted ? `nothing came for ${patienceMs / 1000} s` : 'the reading ended';
  throw new Error(`The topic ${topic} could not be read to its end: ${why}.`);
}

/** True when the record says something newer; a lower or equal version is old news. */
export function learnEvent(known: Map<string, CrisisEvent>, record: LogRecord): boolean {
  const event = crisisEvent.safeParse(dataOf(record, EVENT_CHANGED)).data;
  if (event === undefined || event.version <= (known.get(event.code)?.version ?? 0)) return false;
  known.set(event.code, event);
  return true;
}

export async function announcedEvents(log: Log): Promise<Map<string, CrisisEvent>> {
  const known = new Map<string, CrisisEvent>();
  await readAll(log, EVENTS.name, (record) => learnEvent(known, record));
  return known;
}

/** The newest word of each tracker, by the record's key. */
export async function lastProgress(log: Log): Promise<Map<string, Progress>> {
  const last = new Map<string, Progress>();
  await readAll(log, PROGRESS.name, (record) => {
    const said = progressOf(record);
    if (said !== undefined) last.set(record.key, said);
  });
  return last;
}

/** Undefined for what is no tracker's word on how far it got. */
export function progressOf(record: LogRecord): Progress | undefined {
  return progress.safeParse(dataOf(record, TRACKER_PROGRESSED)).data;
}

/** Undefined for what is no CloudEvent of this type with JSON in it: nothing that a stranger writes to a topic may stop its readers. */
function dataOf(record: LogRecord, type: string): unknown {
  const delivered = fromRecord(record);
  if (delivered?.type !== type) return undefined;
  try {
    return JSON.parse(Buffer.from(delivered.data).toString());
  } catch {
    return undefined;
  }
}
