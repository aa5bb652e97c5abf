// A topic of Kafka from its first record on, without a group: nothing to join, to commit or to leave behind.
import type Cluster from 'kafkajs/src/cluster/index.js';
import { READ_COMMITTED, type Client } from './kafka-client.ts';
import { kafkaErrorOf, messageOf } from './kafka-errors.ts';
import { logRecord } from './kafka-record.ts';
import { abortion, backOffMs, pauseUnless } from './kafka-waiting.ts';
import type { LogRecord, Tail } from './log.ts';

/** How long the broker holds a request for records that are yet to come; an end waits no longer than this. */
const LONG_POLL_MS = 500;
const MOST_BYTES = 1_048_576;

export interface Tailed {
  readonly client: Client;
  readonly topic: string;
  /** whether Kafka has this topic */
  readonly exists: () => Promise<boolean>;
  /** told once per row of failures */
  readonly report: (problem: string) => void;
  /** told of connections that are being closed */
  readonly leaving: (left: Promise<unknown>) => void;
}

/** What has been read of a topic, kept while brokers come and go. */
interface Progress {
  /** next offset by partition */
  readonly next: Map<number, number>;
  /** where each partition ended at the beginning; undefined until asked */
  ends: Map<number, number> | undefined;
  told: boolean;
}

/** Ends when `signal` aborts; throws when the topic does not exist or is deleted. Brokers that are away are waited for. */
export async function* tail(of: Tailed, signal: AbortSignal): AsyncGenerator<Tail> {
  if (!(await of.exists())) throw new Error(`topic ${of.topic} does not exist`);
  const progress: Progress = { next: new Map(), ends: undefined, told: false };
  let failures = 0;
  while (!signal.aborted) {
    const cluster = of.client.cluster();
    try {
      for await (const part of follow(of.topic, cluster, progress, signal)) {
        failures = 0;
        yield part;
      }
    } catch (error) {
      if (kafkaErrorOf(error) === 'OFFSET_OUT_OF_RANGE') startAgain(progress);
      await mustExist(of, error);
      if (++failures === 3) of.report(`topic ${of.topic} cannot be read, trying again: ${messageOf(error)}`);
    } finally {
      of.leaving(cluster.disconnect());
    }
    if (failures > 0) await pauseUnless(signal, backOffMs(failures));
  }
}

/** At the first record that is there now: the next one was deleted, or the topic was made anew. */
function startAgain(progress: Progress): void {
  progress.next.clear();
  progress.ends = undefined;
}

async function mustExist(of: Tailed, error: unknown): Promise<void> {
  if (kafkaErrorOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') return;
  if (!(await of.exists())) throw new Error(`topic ${of.topic} was deleted`, { cause: error });
}

/** One request per leader at a time; what comes first is given first. */
async function* follow(
  topic: string,
  cluster: Cluster,
  progress: Progress,
  signal: AbortSignal,
): AsyncGenerator<Tail> {
  await begin(topic, cluster, progress);
  if (!progress.told && isCaughtUp(progress)) {
    progress.told = true;
    yield { records: [], caughtUp: true };
  }
  const ask = (leader: string, of: readonly number[]): Promise<Answer> =>
    fetchFrom(cluster, leader, requestFor(topic, of, progress.next)).then(
      (partitions) => ({ leader, of, partitions }),
      // Kept until somebody looks: nobody may be waiting right now.
      (error: unknown) => ({ leader, of, error }),
    );
  const leaders = Object.entries(cluster.findLeaderForPartitions(topic, [...progress.next.keys()]));
  const asked = new Map(leaders.map(([leader, of]) => [leader, ask(leader, of)]));
  const aborted = abortion(signal);
  try {
    while (!signal.aborted) {
      const answer = await Promise.race([aborted.promise, ...asked.values()]);
      if (answer === undefined) break;
      if (answer.partitions === undefined) throw answer.error;
      const records = take(topic, answer.partitions, progress);
      asked.set(answer.leader, ask(answer.leader, answer.of));
      if (records.length === 0 && progress.told) continue;
      progress.told = isCaughtUp(progress);
      if (records.length > 0 || progress.told) yield { records, caughtUp: progress.told };
    }
  } finally {
    aborted.forget();
  }
}

interface Answer {
  readonly leader: string;
  readonly of: readonly number[];
  readonly partitions?: readonly Cluster.FetchedPartition[];
  readonly error?: unknown;
}

async function begin(topic: string, cluster: Cluster, progress: Progress): Promise<void> {
  await cluster.connect();
  await cluster.addTargetTopic(topic);
  const partitions = cluster
    .findTopicPartitionMetadata(topic)
    .map(({ partitionId }) => ({ partition: partitionId }));
  const offsets = async (fromBeginning: boolean): Promise<Map<number, number>> => {
    const [found] = await cluster.fetchTopicsOffset([{ topic, fromBeginning, partitions }]);
    return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  };
  const [lows, highs] = await Promise.all([offsets(true), offsets(false)]);
  for (const [partition, low] of lows) {
    if (!progress.next.has(partition)) progress.next.set(partition, low);
  }
  progress.ends ??= highs;
}

function isCaughtUp({ next, ends }: Progress): boolean {
  for (const [partition, end] of ends ?? []) if ((next.get(partition) ?? 0) < end) return false;
  return true;
}

function requestFor(topic: string, of: readonly number[], next: ReadonlyMap<number, number>) {
  const partitions = of.map((partition) => ({
    partition,
    fetchOffset: String(next.get(partition) ?? 0),
    maxBytes: MOST_BYTES,
  }));
  return [{ topic, partitions }];
}

async function fetchFrom(
  cluster: Cluster,
  nodeId: string,
  topics: ReturnType<typeof requestFor>,
): Promise<readonly Cluster.FetchedPartition[]> {
  const broker = await cluster.findBroker({ nodeId });
  const { responses } = await broker.fetch({
    maxWaitTime: LONG_POLL_MS,
    minBytes: 1,
    maxBytes: MOST_BYTES,
    isolationLevel: READ_COMMITTED,
    rackId: '',
    topics,
  });
  return responses.flatMap(({ partitions }) => partitions);
}

/** A batch begins before the offset that was asked for, where that lies within, and ends after its last record, where that is compacted away. */
function take(
  topic: string,
  partitions: readonly Cluster.FetchedPartition[],
  { next }: Progress,
): LogRecord[] {
  const records: LogRecord[] = [];
  for (const { partition, messages } of partitions) {
    const from = next.get(partition) ?? 0;
    for (const message of messages) {
      if (Number(message.offset) >= from && !message.isControlRecord)
        records.push(logRecord(topic, partition, message));
    }
    const last = messages.at(-1)?.batchContext;
    if (last !== undefined)
      next.set(partition, Math.max(from, Number(last.firstOffset) + last.lastOffsetDelta + 1));
  }
  return records;
}
