// Topics, groups and settings of a Kafka cluster. A failed call is made again with a new connection: kafkajs's admin
// remembers every topic it was asked about, and after one of them is deleted it fails at all the others.
import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Client } from './kafka-client.ts';
import { kafkaErrorOf, messageOf } from './kafka-errors.ts';
import { within } from './kafka-waiting.ts';
import type { TopicSpec } from './log.ts';

/** Whose settings are described (protocol guide, DescribeConfigs); Node finds no `ConfigResourceTypes` in kafkajs. */
export const RESOURCE = { topic: 2, broker: 4 } as const;

const TRIES = 3;
/** Every call settles within half a minute, whatever the brokers do. */
const ANSWER_WITHIN_MS = 8_000;
const VISIBLE_WITHIN_MS = 10_000;
/** Longer than a group remembers a member that was killed. */
const GROUP_EMPTY_WITHIN_MS = 11_000;

/** No other connection would get another answer. */
const FINAL = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'TOPIC_ALREADY_EXISTS',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
  'POLICY_VIOLATION',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'GROUP_ID_NOT_FOUND',
  'NON_EMPTY_GROUP',
]);

export type Ask = <T>(question: (admin: Admin) => Promise<T>) => Promise<T>;

/** Connects at the first question. After `close` every question rejects: a connection made then would keep the process up. */
export function openAdmin(client: Client): { readonly ask: Ask; readonly close: () => Promise<void> } {
  let current: Promise<Admin> | undefined;
  let closed = false;
  const leaving = new Set<Promise<unknown>>();

  const leave = (admin: Promise<Admin>): void => {
    if (current === admin) current = undefined;
    const left = Promise.allSettled([admin.then((one) => one.disconnect())]);
    leaving.add(left);
    void left.then(() => leaving.delete(left));
  };
  const connect = async (): Promise<Admin> => {
    const admin = client.kafka().admin({ retry: { retries: 1 } });
    await admin.connect();
    return admin;
  };
  return {
    async ask(question) {
      const deadline = Date.now() + ANSWER_WITHIN_MS;
      for (let tries = 1; ; tries++) {
        if (closed) throw new Error('The log is closed.');
        const admin = (current ??= connect());
        try {
          return await within(ANSWER_WITHIN_MS, admin.then(question));
        } catch (error) {
          leave(admin);
          if (tries === TRIES || Date.now() > deadline || FINAL.has(kafkaErrorOf(error) ?? '')) throw error;
        }
        await pause(100 * tries);
      }
    },
    async close() {
      closed = true;
      if (current !== undefined) leave(current);
      await Promise.all(leaving);
    },
  };
}

/** Resolves when every partition has a leader. Replication is what the brokers have as their default. */
export async function createTopic(ask: Ask, spec: TopicSpec): Promise<void> {
  const entries = {
    'cleanup.policy': spec.compacted ? 'compact' : 'delete',
    'retention.ms': String(spec.retentionMs),
    'max.message.bytes': String(spec.maxMessageBytes),
  };
  const topic = {
    topic: spec.name,
    numPartitions: spec.partitions,
    replicationFactor: -1,
    configEntries: Object.entries(entries).map(([name, value]) => ({ name, value })),
  };
  try {
    await ask((admin) => admin.createTopics({ topics: [topic], waitForLeaders: false }));
  } catch (error) {
    throw new Error(`topic ${spec.name} could not be made: ${kafkaErrorOf(error) ?? messageOf(error)}`, {
      cause: error,
    });
  }
  await until(`topic ${spec.name} has no leader`, () => hasLeaders(ask, spec.name));
}

/** Leaders are asked, not only known: one that is still at it would make us write a part of a request twice. */
async function hasLeaders(ask: Ask, topic: string): Promise<boolean> {
  if (!(await topicExists(ask, topic))) return false;
  const [offsets] = await Promise.allSettled([ask((admin) => admin.fetchTopicOffsets(topic))]);
  return offsets.status === 'fulfilled';
}

export async function deleteTopic(ask: Ask, topic: string): Promise<void> {
  if (!(await topicExists(ask, topic))) return;
  try {
    await ask((admin) => admin.deleteTopics({ topics: [topic] }));
  } catch (error) {
    if (kafkaErrorOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
  }
  await until(`topic ${topic} is not gone`, async () => !(await topicExists(ask, topic)));
}

/** Without those that Kafka has for itself. */
export async function topics(ask: Ask): Promise<string[]> {
  return (await ask((admin) => admin.listTopics())).filter((topic) => !topic.startsWith('__'));
}

export async function topicExists(ask: Ask, topic: string): Promise<boolean> {
  return (await ask((admin) => admin.listTopics())).includes(topic);
}

/** `max.message.bytes` as it is now; undefined when the topic does not exist. */
export async function limitOf(ask: Ask, topic: string): Promise<number | undefined> {
  const resource = { type: RESOURCE.topic, name: topic, configNames: ['max.message.bytes'] };
  try {
    const { resources } = await ask((admin) =>
      admin.describeConfigs({ resources: [resource], includeSynonyms: false }),
    );
    return Number(resources[0]?.configEntries[0]?.configValue);
  } catch (error) {
    const type = kafkaErrorOf(error);
    if (type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'INVALID_TOPIC_EXCEPTION') return undefined;
    throw error;
  }
}

export interface PartitionOffsets {
  readonly partition: number;
  /** of the oldest record that is kept */
  readonly low: number;
  /** of the record to come */
  readonly high: number;
  /** of the record that the group has to finish next; undefined when it has finished none */
  readonly committed: number | undefined;
}

/** Empty when the topic does not exist. */
export async function offsetsOf(ask: Ask, topic: string, group: string): Promise<PartitionOffsets[]> {
  if (!(await topicExists(ask, topic))) return [];
  const [kept, committed] = await Promise.all([
    ask((admin) => admin.fetchTopicOffsets(topic)),
    ask((admin) => admin.fetchOffsets({ groupId: group, topics: [topic] })),
  ]);
  const finished = new Map(committed[0]?.partitions.map(({ partition, offset }) => [partition, +offset]));
  return kept.map(({ partition, low, high }) => {
    const offset = finished.get(partition) ?? -1;
    return { partition, low: +low, high: +high, committed: offset < 0 ? undefined : offset };
  });
}

export async function lag(ask: Ask, topic: string, group: string): Promise<number> {
  let sum = 0;
  for (const { low, high, committed } of await offsetsOf(ask, topic, group)) {
    // A topic that was made anew may end before what the group had finished of the old one: then all of it is new.
    const next = committed === undefined || committed > high ? low : Math.max(low, committed);
    sum += high - next;
  }
  return sum;
}

/** Waits for members that were killed to be forgotten; rejects while there are others. */
export async function deleteGroup(ask: Ask, group: string): Promise<void> {
  const deadline = Date.now() + GROUP_EMPTY_WITHIN_MS;
  for (;;) {
    try {
      await ask((admin) => admin.deleteGroups([group]));
      return;
    } catch (error) {
      const type = kafkaErrorOf(error);
      if (type === 'GROUP_ID_NOT_FOUND') return;
      if (type !== 'NON_EMPTY_GROUP' || Date.now() > deadline)
        throw new Error(`group ${group} could not be deleted: ${messageOf(error)}`, { cause: error });
    }
    await pause(250);
  }
}

async function until(problem: string, done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + VISIBLE_WITHIN_MS;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`${problem} after ${VISIBLE_WITHIN_MS / 1000} s`);
    await pause(10);
  }
}
