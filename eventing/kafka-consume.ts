// Consuming a topic by group, for as long as it is wanted: a membership that is lost is followed by another.
import type { Kafka } from 'kafkajs';
import { RETRY, type Client } from './kafka-client.ts';
import { messageOf } from './kafka-errors.ts';
import { Member } from './kafka-member.ts';
import { abortion, backOffMs, orAborted, pauseUnless } from './kafka-waiting.ts';
import { Work } from './kafka-work.ts';
import type { PartitionOffsets } from './kafka-admin.ts';
import type { Handle, Subscription } from './log.ts';

/** A member that was killed, or lost its broker, is missed for so long; brokers allow no less by default. */
const SESSION_MS = 6_000;
const HEARTBEAT_MS = 1_500;
/** How long the broker holds a request for records that are yet to come; leaving waits no longer than this. */
const LONG_POLL_MS = 400;
const MOST_BYTES = 1_048_576;
const TOPIC_LOOK_MS = 250;
/** Failures in a row before somebody is told: a coordinator that moves is back before. */
const TELL_AFTER = 3;
const GOOD_AFTER_MS = 10_000;

export interface Consumption {
  readonly client: Client;
  readonly subscription: Subscription;
  readonly handle: Handle;
  readonly exists: () => Promise<boolean>;
  /** of the subscription's topic and group; empty when there is no such topic */
  readonly offsets: () => Promise<PartitionOffsets[]>;
  /** told once per row of failures */
  readonly report: (problem: string) => void;
}

/** As {@link Log.consume}. A topic that does not exist is waited for, and so are brokers. */
export async function consume(of: Consumption, signal: AbortSignal): Promise<void> {
  const { topic, group, inFlight } = of.subscription;
  const work = new Work(inFlight, of.handle);
  const stop = AbortSignal.any([signal, work.failed]);
  let begin: ReadonlyMap<number, number> | undefined;
  let failures = 0;
  while (!stop.aborted) {
    const startedAt = Date.now();
    try {
      begin ??= await orAborted(stop, beginning(of));
      if (begin === undefined) break;
      if (await orAborted(stop, of.exists())) await memberUntil(stop, { ...of, work, signal }, begin);
      else await pauseUnless(stop, TOPIC_LOOK_MS);
      failures = 0;
    } catch (error) {
      failures = Date.now() - startedAt > GOOD_AFTER_MS ? 1 : failures + 1;
      if (failures === TELL_AFTER)
        of.report(`group ${group} cannot consume topic ${topic}, trying again: ${messageOf(error)}`);
      await pauseUnless(stop, backOffMs(failures));
    }
  }
  await work.idle();
  work.failed.throwIfAborted();
}

/** Where a group that asks for the latest begins: what comes later is not skipped, should it end before it commits. */
async function beginning({ subscription, offsets }: Consumption): Promise<Map<number, number>> {
  if (subscription.from === 'earliest') return new Map();
  return new Map((await offsets()).map(({ partition, high }) => [partition, high]));
}

/** Rejects when the membership is lost. */
async function memberUntil(
  stop: AbortSignal,
  of: Consumption & { readonly work: Work; readonly signal: AbortSignal },
  begin: ReadonlyMap<number, number>,
): Promise<void> {
  const { work, signal } = of;
  const { topic, group } = of.subscription;
  const member = new Member({
    consumer: consumerOf(of.client.kafka(), group),
    topic,
    work,
    signal,
    starts: begin.size === 0 ? begin : await uncommitted(of, begin),
  });
  const aborted = abortion(stop);
  try {
    await Promise.race([member.join().then(() => member.lost), member.lost, aborted.promise]);
  } catch (error) {
    void member.leave();
    throw error;
  } finally {
    aborted.forget();
  }
  try {
    await member.end();
  } catch (error) {
    of.report(
      `group ${group} could not commit what it finished of ${topic}, so that it comes again: ${messageOf(error)}`,
    );
  }
}

async function uncommitted(
  of: Consumption,
  begin: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const starts = new Map(begin);
  for (const { partition, committed } of await of.offsets()) {
    if (committed !== undefined) starts.delete(partition);
  }
  return starts;
}

function consumerOf(kafka: Kafka, groupId: string) {
  return kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: LONG_POLL_MS,
    minBytes: 1,
    maxBytes: MOST_BYTES,
    maxBytesPerPartition: MOST_BYTES,
    // A crash is ours to handle: kafkajs does not come back from every one of them.
    retry: { ...RETRY, retries: 4, restartOnFailure: async () => false },
  });
}
