// Where a dead letter goes when it is sent again: the record as it was, on the topic that it came from. Pure.
import {
  COLLECTION_NOTED,
  EVENT_CHANGED,
  eventChanged,
  TWEETS_RECEIVED,
} from '../../eventing/cloud-events.ts';
import { type Letter, letterOf } from '../../eventing/dead-letters.ts';
import type { LogRecord, Message } from '../../eventing/log.ts';
import { COLLECTION, rawTweets } from '../../eventing/topics.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';

export interface Surroundings {
  /** every saved event, by its code */
  readonly events: ReadonlyMap<string, CrisisEvent>;
  readonly topics: ReadonlySet<string>;
}

export interface Refused {
  readonly refused: string;
}

// What the delivery added on its way, where the record was and why it failed, stays behind.
const OURS = ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_subject', 'content-type'];

/** What to append, or why there is no way back. */
export function wayBack(record: LogRecord, around: Surroundings): Message | Refused {
  const letter = letterOf(record);
  if (!letter.isWhole) return { refused: 'It is longer than any topic takes: only its beginning was kept.' };
  if (letter.type === COLLECTION_NOTED) return original(record, COLLECTION.name, letter.event ?? '');
  return ofEvent(record, letter, around);
}

function ofEvent(record: LogRecord, { type, event: code }: Letter, around: Surroundings): Message | Refused {
  if (type !== EVENT_CHANGED && type !== TWEETS_RECEIVED) {
    return { refused: `Nothing here takes its type: ${type ?? 'it has none'}.` };
  }
  const event = around.events.get(code ?? '');
  if (event === undefined) return { refused: `There is no event with its code: ${code ?? 'it has none'}.` };
  // Never the version in the letter: the topic keeps the newest record of a code, and an old one would take its place.
  if (type === EVENT_CHANGED) return eventChanged('event-api', event);
  return postsOf(record, event, around);
}

function postsOf(
  record: LogRecord,
  { code, status }: CrisisEvent,
  { topics }: Surroundings,
): Message | Refused {
  const topic = rawTweets(code).name;
  if (status === 'purged') return { refused: `${code} is purged: its posts are not wanted any more.` };
  if (!topics.has(topic)) return { refused: `The topic ${topic} is not there any more.` };
  return original(record, topic, record.headers['ce_id'] ?? '');
}

function original({ headers, value }: LogRecord, topic: string, key: string): Message {
  const kept = Object.entries(headers).filter(([name]) => OURS.includes(name));
  return { topic, key, headers: Object.fromEntries(kept), value };
}
