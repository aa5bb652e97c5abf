// Single requests to Kafka: `acks=-1`, no idempotent producer (a fatal one does not heal, and keys make duplicates harmless).
import type { Message as KafkaMessage, Producer } from 'kafkajs';
import { REQUEST_TIMEOUT_MS, type Client } from './kafka-client.ts';
import type { Round } from './kafka-rounds.ts';
import { Partitioners } from './kafkajs-mended.ts';
import { within } from './kafka-waiting.ts';
import type { Message } from './log.ts';

const ALL_REPLICAS = -1;
/** shorter than a request's, so that the broker's answer tells what was missing */
const REPLICAS_TIMEOUT_MS = 6_000;

export interface Producers {
  /** Once, without a second try. */
  send(round: Round): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects at the first request, and anew after one that failed: kafkajs's producer fails for every topic as soon as one
 * that it knew is deleted.
 */
export function openProducers(client: Client): Producers {
  let current: Promise<Producer> | undefined;
  const leaving = new Set<Promise<unknown>>();
  const leave = (producer: Promise<Producer>): void => {
    if (current === producer) current = undefined;
    const left = Promise.allSettled([producer.then((one) => one.disconnect())]);
    leaving.add(left);
    void left.then(() => leaving.delete(left));
  };
  return {
    async send(round) {
      const producer = (current ??= connect(client));
      try {
        await within(
          REQUEST_TIMEOUT_MS,
          producer.then((one) => one.sendBatch(requestOf(round))),
        );
      } catch (error) {
        leave(producer);
        throw error;
      }
    },
    async close() {
      if (current !== undefined) leave(current);
      await Promise.all(leaving);
    },
  };
}

async function connect(client: Client): Promise<Producer> {
  const producer = client.kafka().producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  });
  await producer.connect();
  return producer;
}

function requestOf(round: Round) {
  const topicMessages = Array.from(round, ([topic, messages]) => ({
    topic,
    messages: messages.map(kafkaMessage),
  }));
  return { acks: ALL_REPLICAS, timeout: REPLICAS_TIMEOUT_MS, topicMessages };
}

/** The value's own bytes, not a copy: kafkajs takes Buffers only. */
function kafkaMessage({ key, headers, value }: Message): KafkaMessage {
  return { key, headers, value: value && Buffer.from(value.buffer, value.byteOffset, value.byteLength) };
}
