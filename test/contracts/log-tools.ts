// What the Log's contract is written with.
import { randomUUID } from 'node:crypto';
import type { Log, LogRecord, Message, TopicSpec } from '../../eventing/log.ts';

export interface OpenLog {
  readonly log: Log;
  /** Closes the log and opens it again over what it kept. */
  reopen(): Promise<Log>;
  close(): Promise<void>;
}

export const NEVER = new AbortController().signal;
export const settings = {
  partitions: 1,
  compacted: false,
  retentionMs: 86_400_000,
  maxMessageBytes: 1_048_576,
};

/** Fresh names, so that one broker serves all tests. */
export async function newTopic(log: Log, spec: Partial<TopicSpec> = {}): Promise<string> {
  const topic = `t-${randomUUID()}`;
  await log.createTopic({ ...settings, ...spec, name: topic });
  return topic;
}
export const newGroup = (): string => `g-${randomUUID()}`;

export function message(topic: string, key: string, value: string | null): Message {
  return { topic, key, headers: {}, value: value === null ? null : Buffer.from(value) };
}

/** One message of the same key for each letter. */
export function lettered(topic: string, letters: string): Message[] {
  return letters.split('').map((letter) => message(topic, 'k', letter));
}

export const text = (record: LogRecord): string | null =>
  record.value && Buffer.from(record.value).toString();

/** Reads a topic from its start until it is caught up. */
export async function readAll(log: Log, topic: string): Promise<LogRecord[]> {
  const read: LogRecord[] = [];
  for await (const part of log.tail(topic, NEVER)) {
    read.push(...part.records);
    if (part.caughtUp) break;
  }
  return read;
}

/** Consumes until `enough` says so of what was handled, and then ends cleanly. */
export async function consumeUntil(
  log: Log,
  of: { topic: string; group: string; inFlight?: number },
  enough: (values: readonly (string | null)[]) => boolean,
): Promise<(string | null)[]> {
  const values: (string | null)[] = [];
  const stop = new AbortController();
  const handle = async (record: LogRecord): Promise<void> => {
    values.push(text(record));
    if (enough(values)) stop.abort();
  };
  await log.consume({ inFlight: 1, from: 'earliest', ...of }, handle, stop.signal);
  return values;
}
