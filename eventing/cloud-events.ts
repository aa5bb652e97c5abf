// The CloudEvents there are, and their binary form on a log record and over HTTP.
// Attributes carry only codes, ids and types: header values are Latin-1 on the wire (facts/knative §9).
import { randomUUID } from 'node:crypto';
import { HTTP } from 'cloudevents';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import type { Note, Progress } from './collection.ts';
import type { LogRecord, Message } from './log.ts';
import { COLLECTION, DEAD_LETTERS, EVENTS, PROGRESS, rawTweets } from './topics.ts';

export const EVENT_CHANGED = 'dev.epicenter.event.changed';
export const TWEETS_RECEIVED = 'dev.epicenter.tweets.received';
export const COLLECTION_NOTED = 'dev.epicenter.collection.noted';
export const TRACKER_PROGRESSED = 'dev.epicenter.tracker.progressed';
export const LETTER_RESENT = 'dev.epicenter.letter.resent';

const NDJSON = 'application/x-ndjson';
const JSON_TYPE = 'application/json';

interface Envelope {
  readonly topic: string;
  /** undefined: the event's own id */
  readonly key: string | undefined;
  readonly type: string;
  readonly process: string;
  readonly subject: string | undefined;
  readonly contentType: string;
  readonly value: Uint8Array;
}

function message(envelope: Envelope): Message {
  // Not by the library: it checks what it makes, which costs more than all the rest of a post.
  const id = randomUUID();
  const headers: Record<string, string> = {
    'content-type': envelope.contentType,
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: envelope.type,
    ce_source: `/epicenter/${envelope.process}`,
    ce_time: new Date().toISOString(),
  };
  if (envelope.subject !== undefined) headers['ce_subject'] = envelope.subject;
  return { topic: envelope.topic, key: envelope.key ?? id, headers, value: envelope.value };
}

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** The whole event, also when it is archived or purged. */
export function eventChanged(process: string, event: CrisisEvent): Message {
  return message({
    topic: EVENTS.name,
    key: event.code,
    type: EVENT_CHANGED,
    process,
    subject: event.code,
    contentType: JSON_TYPE,
    value: json(event),
  });
}

/** `batch` as batch.ts has it. Without a key of meaning: an event's posts spread over the partitions, whose order says nothing. */
export function tweetsReceived(process: string, code: string, batch: Uint8Array): Message {
  return message({
    topic: rawTweets(code).name,
    key: undefined,
    type: TWEETS_RECEIVED,
    process,
    subject: code,
    contentType: NDJSON,
    value: batch,
  });
}

/** Keyed and named by the event when the note is of one. */
export function noted(process: string, code: string | undefined, note: Note): Message {
  return message({
    topic: COLLECTION.name,
    key: code ?? '',
    type: COLLECTION_NOTED,
    process,
    subject: code,
    contentType: JSON_TYPE,
    value: json(note),
  });
}

/** A replay may run beside a live collection of the same install: neither forgets how far the other got. */
export const progressKey = (install: string, replays: boolean): string =>
  replays ? `${install}/replay` : install;

export function progressed(process: string, progress: Progress): Message {
  return message({
    topic: PROGRESS.name,
    key: progressKey(progress.install, progress.replay !== null),
    type: TRACKER_PROGRESSED,
    process,
    subject: undefined,
    contentType: JSON_TYPE,
    value: json(progress),
  });
}

/** A marker among the dead letters: the one with this id was sent again. */
export function letterResent(process: string, id: string, code: string | undefined): Message {
  return message({
    topic: DEAD_LETTERS.name,
    key: id,
    type: LETTER_RESENT,
    process,
    subject: code,
    contentType: JSON_TYPE,
    value: json({ id }),
  });
}

/** A CloudEvent as a function or a reader of the log gets it, its data still bytes. */
export interface Delivered {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string | undefined;
  readonly data: Uint8Array;
}

/** Headers and body of a binary-mode CloudEvent over HTTP; undefined when they are none. */
export function fromHttp(headers: Readonly<Record<string, string>>, data: Uint8Array): Delivered | undefined {
  try {
    const event = HTTP.toEvent({ headers, body: undefined });
    if (Array.isArray(event)) return undefined;
    return { id: event.id, type: event.type, source: event.source, subject: event.subject, data };
  } catch {
    return undefined;
  }
}

/** The same of a record of the log; undefined when it is no CloudEvent or has no data. */
export function fromRecord(record: LogRecord): Delivered | undefined {
  const { ce_id: id, ce_type: type, ce_source: source, ce_subject: subject } = record.headers;
  if (id === undefined || type === undefined || source === undefined || record.value === null)
    return undefined;
  return { id, type, source, subject, data: record.value };
}
