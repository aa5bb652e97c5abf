// How the messages of one append are cut into requests that Kafka takes. Pure.
import { NotAppendable, type Message } from './log.ts';

/** Of the record batch format (Kafka documentation, "Record Batch"), rounded up where it varies. */
const BATCH_OVERHEAD = 61;
const RECORD_OVERHEAD = 21;
const HEADER_OVERHEAD = 10;

/** kafkajs's work for a request grows with the square of its records. */
const MOST_RECORDS = 1_000;

/** Messages by topic. */
export type Round = ReadonlyMap<string, readonly Message[]>;

/**
 * Requests to be sent one after the other. kafkajs makes one record batch of all that a request has for a partition, and
 * the topic's limit (`max.message.bytes`) holds for batches: so no request has more than that for any topic.
 * Throws {@link NotAppendable} for a topic without a limit, which does not exist, and for a message over it.
 */
export function roundsOf(
  messages: readonly Message[],
  limits: ReadonlyMap<string, number | undefined>,
): Round[] {
  const rounds: Map<string, Message[]>[] = [];
  const open = new Map<string, { round: number; bytes: number; records: number }>();
  for (const message of messages) {
    const { topic } = message;
    const limit = limits.get(topic);
    if (limit === undefined) throw new NotAppendable(`topic ${topic} does not exist`);
    const size = sizeOf(message);
    if (BATCH_OVERHEAD + size > limit) throw tooLarge(topic, BATCH_OVERHEAD + size, limit);
    let last = open.get(topic);
    if (last === undefined || last.bytes + size > limit || last.records === MOST_RECORDS) {
      last = { round: last === undefined ? 0 : last.round + 1, bytes: BATCH_OVERHEAD, records: 0 };
      open.set(topic, last);
    }
    last.bytes += size;
    last.records++;
    const round = (rounds[last.round] ??= new Map<string, Message[]>());
    const before = round.get(topic);
    if (before === undefined) round.set(topic, [message]);
    else before.push(message);
  }
  return rounds;
}

function tooLarge(topic: string, size: number, limit: number): NotAppendable {
  return new NotAppendable(
    `a record for topic ${topic} has ${size} bytes in Kafka's format, but at most ${limit} are allowed`,
  );
}

/** At most so many bytes in a record batch. */
function sizeOf({ key, headers, value }: Message): number {
  let size = RECORD_OVERHEAD + Buffer.byteLength(key) + (value?.length ?? 0);
  for (const name in headers)
    size += HEADER_OVERHEAD + Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? '');
  return size;
}
