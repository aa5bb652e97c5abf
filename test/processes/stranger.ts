// Somebody who puts what they like on the topics of a system that runs: by a plain producer, not by our log.
import { CompressionTypes, type IHeaders, Kafka, logLevel } from 'kafkajs';
import { openKafkaLog } from '../../eventing/kafka.ts';
import { kafkaSettings } from '../../eventing/kafka-settings.ts';
import type { Log, LogRecord, Message } from '../../eventing/log.ts';
import { DEAD_LETTERS, rawTweets } from '../../eventing/topics.ts';
import { openCassandraStore } from '../../sql/cassandra.ts';
import type { Store } from '../../sql/store.ts';
import { idOf, type Place, post, recordOf, until } from './running.ts';

export interface Sent {
  readonly headers?: IHeaders;
  readonly key?: string;
  readonly value: Buffer | null;
}

export interface Stranger {
  readonly store: Store;
  readonly log: Log;
  send(topic: string, sent: Sent, compression?: CompressionTypes): Promise<unknown>;
  ids(): Promise<string[]>;
  letters(): Promise<LogRecord[]>;
  /** The dead letters that a raw record makes, once a good record sent behind it to the same partition is stored. */
  lettersAfter(sent: Sent, compression?: CompressionTypes): Promise<LogRecord[]>;
  close(): Promise<void>;
}

export const sentOf = ({ headers, value, key }: Message): Sent => ({
  headers: { ...headers },
  key,
  value: Buffer.from(value!),
});

/** For the event `code`, which has a normalizer. */
export async function openStranger(place: Place, code: string): Promise<Stranger> {
  const store = await openCassandraStore(place.settings, () => undefined);
  const log = await openKafkaLog(kafkaSettings(place.env)!, () => undefined);
  const kafka = new Kafka({ brokers: [place.engines.kafka.address], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  const raw = rawTweets(code).name;
  let good = 1_000;
  const stranger: Stranger = {
    store,
    log,
    send: (topic, sent, compression = CompressionTypes.None) =>
      producer.send({ topic, compression, messages: [{ partition: 0, ...sent }] }),
    ids: async () => (await store.tweets(code, { limit: 1_000 })).tweets.map((row) => row.t_id),
    async letters() {
      const all: LogRecord[] = [];
      for await (const { records, caughtUp } of log.tail(DEAD_LETTERS.name, AbortSignal.timeout(60_000))) {
        all.push(...records);
        if (caughtUp) break;
      }
      return all;
    },
    async lettersAfter(sent, compression) {
      const before = (await stranger.letters()).length;
      await stranger.send(raw, sent, compression);
      const n = (good += 1);
      await stranger.send(raw, sentOf(recordOf(code, [post(n)])));
      await until('the good record is stored', async () => (await stranger.ids()).includes(idOf(n)));
      await until('nothing is left', async () => (await log.lag(`normalizer-${code}`, raw)) === 0);
      return (await stranger.letters()).slice(before);
    },
    async close() {
      await producer.disconnect();
      await store.close();
      await log.close();
    },
  };
  return stranger;
}
