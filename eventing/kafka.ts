// The log on Apache Kafka, by kafkajs; the other kafka-*.ts files are its parts, and nothing else knows kafkajs.
// A group consumes one topic. Where brokers are away, reading waits for them and writing fails after a few seconds.
import { readFile } from 'node:fs/promises';
import * as admin from './kafka-admin.ts';
import { openAppender } from './kafka-append.ts';
import { openClient } from './kafka-client.ts';
import { consume } from './kafka-consume.ts';
import { problemsOf } from './kafka-problems.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { tail } from './kafka-tail.ts';
import type { Log } from './log.ts';

/**
 * Connects to nothing before it is used, so that it opens where no broker answers. `report` is told, in words for a
 * person, of brokers that cannot be reached and of reading that does not get on.
 * `consume` waits for a topic that does not exist to be created; `tail` of one rejects.
 * Rejects when the file of the certificate authorities cannot be read.
 */
export async function openKafkaLog(settings: KafkaSettings, report: (problem: string) => void): Promise<Log> {
  const ca = settings.caFile === undefined ? undefined : await readFile(settings.caFile, 'utf8');
  const client = openClient(settings, ca, report);
  const asking = admin.openAdmin(client);
  const { ask } = asking;
  const appender = openAppender(client, (topic) => admin.limitOf(ask, topic));
  const closing = new AbortController();
  const atWork = new Set<Promise<unknown>>();

  const known = (work: Promise<unknown>): void => {
    const ended = Promise.allSettled([work]);
    atWork.add(ended);
    void ended.then(() => atWork.delete(ended));
  };
  const endOf = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, closing.signal]);

  return {
    async createTopic(spec) {
      await admin.createTopic(ask, spec);
      appender.forget(spec.name);
    },
    async deleteTopic(name) {
      await admin.deleteTopic(ask, name);
      appender.forget(name);
    },
    topics: () => admin.topics(ask),
    append: (messages) => appender.append(messages),
    tail: (topic, signal) =>
      tail(
        { client, topic, exists: () => admin.topicExists(ask, topic), report, leaving: known },
        endOf(signal),
      ),
    async consume(subscription, handle, signal) {
      const { topic, group } = subscription;
      const exists = (): Promise<boolean> => admin.topicExists(ask, topic);
      const offsets = () => admin.offsetsOf(ask, topic, group);
      const work = consume({ client, subscription, handle, exists, offsets, report }, endOf(signal));
      known(work);
      await work;
    },
    lag: (group, topic) => admin.lag(ask, topic, group),
    deleteGroup: (group) => admin.deleteGroup(ask, group),
    problems: () => problemsOf(ask, settings.brokers),
    async close() {
      closing.abort();
      await Promise.all(atWork);
      await appender.close();
      await asking.close();
    },
  };
}
