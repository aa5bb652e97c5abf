// A KafkaSource in one process: consumes its topics and delivers to its sink, as its manifest says.
import { setTimeout as sleep } from 'node:timers/promises';
import { deliver, type Destination } from '../eventing/delivery.ts';
import { policyOf } from '../eventing/delivery-policy.ts';
import type { Subscription } from '../eventing/log.ts';
import { type Activity, NAMESPACE, sinkUrl, type Surroundings } from './local-sink.ts';
import type { KafkaSource } from './schemas.ts';

// As many as Knative's data plane polls at once (max.poll.records, facts/knative §1.5).
const UNORDERED_IN_FLIGHT = 50;
const LOOK_AGAIN_FIRST_MS = 50;
const LOOK_AGAIN_LONGEST_MS = 2_000;
const RESTART_FIRST_MS = 250;
const RESTART_LONGEST_MS = 30_000;

/**
 * Begins at once, each topic by itself: one whose consumer fails is reported and started again with back-off, the others
 * go on. A topic, sink or dead letter sink that is not there yet is waited for.
 */
export function startKafkaSource(source: KafkaSource, around: Surroundings): Activity {
  const stopping = new AbortController();
  const consuming = new Set<string>();
  const topics = source.spec.consumers === 0 ? [] : source.spec.topics;
  const running = topics.map((topic) => follow(topic, { source, around, consuming }, stopping.signal));
  return {
    ready: async () => consuming.size === topics.length,
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

interface Work {
  readonly source: KafkaSource;
  readonly around: Surroundings;
  /** the topics whose consumer is at work */
  readonly consuming: Set<string>;
}

async function follow(topic: string, work: Work, signal: AbortSignal): Promise<void> {
  let wait = RESTART_FIRST_MS;
  while (!signal.aborted) {
    const startedAt = Date.now();
    try {
      await consume(topic, work, signal);
    } catch (error) {
      if (!signal.aborted)
        work.around.report(`topic ${topic} is not consumed, trying again: ${String(error)}`);
    }
    if (Date.now() - startedAt > RESTART_LONGEST_MS) wait = RESTART_FIRST_MS;
    await pause(wait, signal);
    wait = Math.min(wait * 2, RESTART_LONGEST_MS);
  }
}

async function consume(
  topic: string,
  { source, around, consuming }: Work,
  signal: AbortSignal,
): Promise<void> {
  const to = await firstSeen(async () => destinationOf(source, around), signal);
  const found = await topicExists(topic, around, signal);
  if (to === undefined || found === undefined) return;
  const subscription: Subscription = {
    topic,
    group: source.spec.consumerGroup,
    inFlight: source.spec.ordering === 'unordered' ? UNORDERED_IN_FLIGHT : 1,
    // What came into a topic that was made after its source is new to the source, all of it.
    from: found === 'late' ? 'earliest' : (source.spec.initialOffset ?? 'latest'),
  };
  consuming.add(topic);
  try {
    await around.log.consume(subscription, (record, held) => deliver(record, to, held), signal);
  } finally {
    consuming.delete(topic);
  }
}

/** Undefined as long as the sink or the dead letter sink is missing. */
function destinationOf({ metadata, spec }: KafkaSource, around: Surroundings): Destination | undefined {
  const { name } = spec.sink.ref;
  const kafkaSink = spec.delivery?.deadLetterSink?.ref.name;
  const deadLetterTopic = kafkaSink === undefined ? undefined : around.topicOf(kafkaSink);
  if (!around.hasService(name) || (kafkaSink !== undefined && deadLetterTopic === undefined))
    return undefined;
  return {
    url: sinkUrl(spec.sink),
    send: (request) => around.request(name, request),
    policy: policyOf(spec.delivery),
    deadLetters: deadLetterTopic === undefined ? undefined : { log: around.log, topic: deadLetterTopic },
    source: { namespace: NAMESPACE, name: metadata.name },
    report: around.report,
  };
}

async function topicExists(
  topic: string,
  { log }: Surroundings,
  signal: AbortSignal,
): Promise<'there' | 'late' | undefined> {
  if ((await log.topics()).includes(topic)) return 'there';
  return firstSeen(async () => ((await log.topics()).includes(topic) ? 'late' : undefined), signal);
}

/** What `look` finds, looking again and again until then; undefined when `signal` aborts first. */
async function firstSeen<T>(look: () => Promise<T | undefined>, signal: AbortSignal): Promise<T | undefined> {
  let wait = LOOK_AGAIN_FIRST_MS;
  while (!signal.aborted) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await pause(wait, signal);
    wait = Math.min(wait * 2, LOOK_AGAIN_LONGEST_MS);
  }
  return undefined;
}

/** Ends early, without an error, when `signal` aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
