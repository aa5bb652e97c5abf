// The Log's contract on a real Kafka, and what a broker alone shows: the bytes on the wire, partitions, members of a group.
// Declared differences from the embedded log: compaction comes later; an order holds within a partition; a record's limit
// counts Kafka's own format; two members of a group work side by side; a group consumes one topic.
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventChanged, tweetsReceived } from '../../eventing/cloud-events.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { openKafkaLog } from '../../eventing/kafka.ts';
import { NotAppendable, type Log, type Message } from '../../eventing/log.ts';
import { lettered, message, newGroup, newTopic, readAll, text } from '../contracts/log-tools.ts';
import { logContract } from '../contracts/log.ts';
import { describeWithEngines } from '../engines/addresses.ts';

describeWithEngines('KafkaLog', ({ kafkaBrokers: brokers }) => {
  const problems: string[] = [];
  const open = (): Promise<Log> =>
    openKafkaLog({ brokers, ssl: false, caFile: undefined, sasl: undefined }, (problem) =>
      problems.push(problem),
    );

  logContract('KafkaLog', async () => {
    let log = await open();
    return {
      log,
      async reopen() {
        await log.close();
        return (log = await open());
      },
      close: () => log.close(),
    };
  });

  describe('KafkaLog', () => {
    let log: Log;
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    beforeAll(async () => {
      log = await open();
      await admin.connect();
    });
    afterAll(async () => {
      await log.close();
      await admin.disconnect();
      expect(problems).toEqual([]);
    });

    /** As any other program reads it. */
    async function rawRecords(topic: string, count: number): Promise<KafkaMessage[]> {
      const consumer = kafka.consumer({ groupId: newGroup(), maxWaitTimeInMs: 100 });
      const read: KafkaMessage[] = [];
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ eachMessage: async (one) => void read.push(one.message) });
      await vi.waitFor(() => expect(read).toHaveLength(count), 20_000);
      await consumer.disconnect();
      return read;
    }

    it('writes binary CloudEvents that Knative takes: names, ASCII, no nulls, a time', async () => {
      const topic = await newTopic(log);
      const post = Buffer.from('{"via":"replay"}\n{"text":"Überflutung 地震"}\n');
      const event = {
        code: 'flood',
        name: 'Hochwasser',
        description: '',
        keywords: ['Überflutung'],
        status: 'active',
        version: 1,
        createdAt: '2013-06-21T08:30:00.000Z',
        updatedAt: '2013-06-21T08:30:00.000Z',
        collectSince: null,
      } satisfies CrisisEvent;
      const made = [tweetsReceived('tracker', 'flood', post), eventChanged('event-api', event)];
      await log.append(made.map((one): Message => ({ ...one, topic })));
      const read = await rawRecords(topic, 2);
      for (const { headers = {} } of read) {
        expect(Object.keys(headers).toSorted()).toEqual([
          'ce_id', 'ce_source', 'ce_specversion', 'ce_subject', 'ce_time', 'ce_type', 'content-type',
        ]); // prettier-ignore
        for (const value of Object.values(headers)) {
          expect(Buffer.isBuffer(value)).toBe(true);
          expect(String(value)).toMatch(/^[\x20-\x7e]+$/);
        }
        expect(String(headers['ce_specversion'])).toBe('1.0');
        expect(String(headers['ce_subject'])).toBe('flood');
        expect(String(headers['ce_time'])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
        expect(Math.abs(Date.parse(String(headers['ce_time'])) - Date.now())).toBeLessThan(60_000);
      }
      const [tweets, changed] = read;
      expect(tweets!.value!.equals(post)).toBe(true);
      expect(String(tweets!.headers!['content-type'])).toBe('application/x-ndjson');
      expect(String(tweets!.headers!['ce_type'])).toBe('dev.epicenter.tweets.received');
      expect(String(tweets!.headers!['ce_source'])).toBe('/epicenter/tracker');
      expect(changed!.key!.toString()).toBe('flood');
      expect(JSON.parse(changed!.value!.toString())).toEqual(event);
      expect(String(changed!.headers!['content-type'])).toBe('application/json');
    });

    it('makes topics as their specification says', async () => {
      const plain = await newTopic(log, {
        partitions: 3,
        retentionMs: 259_200_000,
        maxMessageBytes: 2_000_000,
      });
      const compacted = await newTopic(log, { compacted: true, retentionMs: -1 });
      const found = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [plain, compacted].map((name) => ({ type: 2, name })),
      });
      const of = (topic: string): Record<string, string> =>
        Object.fromEntries(
          found.resources
            .find(({ resourceName }) => resourceName === topic)!
            .configEntries.map(({ configName, configValue }) => [configName, configValue]),
        );
      expect(of(plain)).toMatchObject({
        'cleanup.policy': 'delete', 'retention.ms': '259200000', 'max.message.bytes': '2000000',
      }); // prettier-ignore
      expect(of(compacted)).toMatchObject({ 'cleanup.policy': 'compact', 'retention.ms': '-1' });
      const [metadata] = (await admin.fetchTopicMetadata({ topics: [plain] })).topics;
      expect(metadata!.partitions).toHaveLength(3);
      expect(await log.topics()).not.toContain('__consumer_offsets');
    });

    it('takes far more at once than a record batch may have, in order', async () => {
      const topic = await newTopic(log, { maxMessageBytes: 100_000 });
      const values = Array.from({ length: 500 }, (_, index) => `${index} `.padEnd(5_000, 'x'));
      await log.append(values.map((value) => message(topic, 'k', value)));
      expect((await readAll(log, topic)).map(text)).toEqual(values);
    });

    it('takes a record of just the limit, and refuses one that the broker would refuse', async () => {
      const topic = await newTopic(log, { maxMessageBytes: 1_000 });
      // 61 of the batch, at most 21 of the record and 1 of the key.
      await log.append([message(topic, 'k', 'x'.repeat(1_000 - 83))]);
      await expect(log.append([message(topic, 'k', 'x'.repeat(1_000 - 68))])).rejects.toBeInstanceOf(
        NotAppendable,
      );
      expect(await readAll(log, topic)).toHaveLength(1);
    });

    it('writes to its topics though another one was deleted by somebody else', async () => {
      const [gone, stays] = [await newTopic(log), await newTopic(log)];
      await log.append([...lettered(gone, 'a'), ...lettered(stays, 'a')]);
      await admin.deleteTopics({ topics: [gone] });
      await vi.waitFor(async () => expect(await log.topics()).not.toContain(gone));
      await expect(log.append(lettered(gone, 'b'))).rejects.toBeInstanceOf(NotAppendable);
      await log.append(lettered(stays, 'b'));
      expect((await readAll(log, stays)).map(text)).toEqual(['a', 'b']);
      await expect(readAll(log, gone)).rejects.toThrow(gone);
    });

    it('follows a topic whose first records are gone', async () => {
      const topic = await newTopic(log);
      await log.append(lettered(topic, 'abc'));
      // Only then does kafkajs know the topic.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
      expect((await readAll(log, topic)).map(text)).toEqual(['c']);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
      expect(await readAll(log, topic)).toEqual([]);
      expect(await log.lag(newGroup(), topic)).toBe(0);
    });

    it('says that a single copy of a record is a danger', async () => {
      expect((await log.problems()).join(' ')).toContain('one copy on one disk');
      const nowhere = await openKafkaLog(
        { brokers: ['127.0.0.1:1'], ssl: false, caFile: undefined, sasl: undefined },
        () => undefined,
      );
      expect((await nowhere.problems()).join(' ')).toContain('127.0.0.1:1');
      await nowhere.close();
    });
  });
});
