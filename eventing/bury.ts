// What becomes of a record that cannot be delivered: a dead letter, as Knative writes one (facts/knative §1.3).
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KnativeEvent, recordHeaders } from './knative-event.ts';
import type { Log, LogRecord } from './log.ts';
import { DEAD_LETTERS } from './topics.ts';

export interface DeadLetters {
  readonly log: Pick<Log, 'append'>;
  readonly topic: string;
}

type Letter = Pick<LogRecord, 'key' | 'headers' | 'value'>;

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;
/** Of a record that is longer than any log of ours takes: compressed, or made for a topic with other limits. */
const KEPT_BYTES = 64 * 1024;
const KEPT_CHARACTERS = 1_024;
const HEADER_OVERHEAD = 16;
const MOST_BYTES = DEAD_LETTERS.maxMessageBytes - 1_024;

/**
 * The record as it was, as the event that was delivered, with the reason in further extensions. Of one that no topic could
 * take there are the first 64 KB, and the extensions `wholelength` (bytes) and `wholesha256` of its value.
 */
export function deadLetterOf(
  record: LogRecord,
  event: KnativeEvent,
  why: Readonly<Record<string, string>>,
): Letter {
  const attributes = { ...event.attributes, ...why };
  const { 'content-type': _replaced, ...headers }: Record<string, string> = { ...record.headers };
  const whole = {
    key: record.key,
    headers: { ...headers, ...recordHeaders({ ...event, attributes }) },
    value: event.data,
  };
  return sizeOf(whole) <= MOST_BYTES ? whole : cut(record.key, event, why);
}

function cut(key: string, event: KnativeEvent, why: Readonly<Record<string, string>>): Letter {
  const { specversion, id, source, type, subject, time, knativekafkapartition, knativekafkaoffset } =
    event.attributes;
  const named = { specversion, id, source, type, subject, time, knativekafkapartition, knativekafkaoffset };
  const short: Record<string, string> = {};
  for (const [name, value] of Object.entries(named))
    if (value !== undefined) short[name] = value.slice(0, KEPT_CHARACTERS);
  const value = event.data ?? new Uint8Array();
  const wholesha256 = createHash('sha256').update(value).digest('hex');
  const attributes = { ...short, ...why, wholelength: String(value.length), wholesha256 };
  const contentType = event.contentType?.slice(0, KEPT_CHARACTERS);
  return {
    key: key.slice(0, KEPT_CHARACTERS),
    headers: recordHeaders({ ...event, contentType, attributes }),
    value: value.subarray(0, KEPT_BYTES),
  };
}

function sizeOf({ key, headers, value }: Letter): number {
  let size = Buffer.byteLength(key) + (value?.length ?? 0);
  for (const [name, text] of Object.entries(headers))
    size += HEADER_OVERHEAD + Buffer.byteLength(name) + Buffer.byteLength(text);
  return size;
}

/** Tries until it is written; rejects with an AbortError when `signal` aborts during a wait. */
export async function bury(
  letter: Letter,
  { log, topic }: DeadLetters,
  report: (problem: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      await log.append([{ topic, ...letter }]);
      return;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      report(`a dead letter could not be written to ${topic}, trying again: ${why}`);
    }
    await sleep(wait, undefined, { signal });
  }
}
