// A record as kafkajs read it, as a LogRecord.
import type { KafkaMessage } from 'kafkajs';
import type { LogRecord } from './log.ts';

/** The value stays where it was read to. A null header, which we never write, is left out; of a repeated one the last counts. */
export function logRecord(
  topic: string,
  partition: number,
  message: Pick<KafkaMessage, 'offset' | 'timestamp' | 'key' | 'value' | 'headers'>,
): LogRecord {
  const headers: Record<string, string> = {};
  for (const name in message.headers) {
    const given = message.headers[name];
    const value = Array.isArray(given) ? given.at(-1) : given;
    if (value !== null && value !== undefined) headers[name] = value.toString();
  }
  return {
    topic,
    partition,
    offset: Number(message.offset),
    time: Number(message.timestamp),
    key: message.key?.toString() ?? '',
    headers,
    value: message.value,
  };
}
