// Writing to Kafka in order: one request per topic is under way at a time, so that one which is sent again is not
// overtaken by a later one. A request that was given up may still be written, late: readers compare versions.
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './kafka-client.ts';
import { kafkaErrorOf, messageOf } from './kafka-errors.ts';
import { openLimits, type Limits } from './kafka-limits.ts';
import { openProducers, type Producers } from './kafka-produce.ts';
import { roundsOf, type Round } from './kafka-rounds.ts';
import { within } from './kafka-waiting.ts';
import { NotAppendable, type Message } from './log.ts';

const TRIES = 5;
const FIRST_WAIT_MS = 50;
/** Every append settles within half a minute, the wait for its turn included: no try begins after the first of these. */
const LAST_TRY_MS = 10_000;
const GIVE_UP_MS = 25_000;

export interface Appender {
  append(messages: readonly Message[]): Promise<void>;
  /** The topic was made or deleted here. */
  forget(topic: string): void;
  close(): Promise<void>;
}

/** `limitOf` asks Kafka for a topic's `max.message.bytes`; undefined when there is no such topic. */
export function openAppender(
  client: Client,
  limitOf: (topic: string) => Promise<number | undefined>,
): Appender {
  const to: Writing = { limits: openLimits(limitOf), producers: openProducers(client) };
  const last = new Map<string, Promise<unknown>>();
  return {
    async append(messages) {
      const topics = new Set(messages.map(({ topic }) => topic));
      if (topics.size === 0) return;
      const deadline = Date.now() + LAST_TRY_MS;
      const before = Promise.all([...topics].map((topic) => last.get(topic) ?? Promise.resolve()));
      const written = before.then(() => write(to, messages, topics, deadline));
      const settled = Promise.allSettled([written]).then(() => {
        for (const topic of topics) if (last.get(topic) === settled) last.delete(topic);
        return undefined;
      });
      for (const topic of topics) last.set(topic, settled);
      await within(GIVE_UP_MS, written);
    },
    forget: (topic) => to.limits.forget(topic),
    async close() {
      await Promise.all(last.values());
      await to.producers.close();
    },
  };
}

interface Writing {
  readonly limits: Limits;
  readonly producers: Producers;
}

async function write(
  to: Writing,
  messages: readonly Message[],
  topics: ReadonlySet<string>,
  deadline: number,
): Promise<void> {
  if (Date.now() > deadline)
    throw new Error(`could not append to ${[...topics].join(', ')}: what came before had no answer`);
  for (const round of await plan(to.limits, messages, topics)) await send(to, round, deadline);
}

/** A refusal is looked at twice: the topic may have been made or changed by others. */
async function plan(
  limits: Limits,
  messages: readonly Message[],
  topics: ReadonlySet<string>,
): Promise<Round[]> {
  try {
    return roundsOf(messages, await limits.ofAll(topics, 'known'));
  } catch (error) {
    if (!(error instanceof NotAppendable)) throw error;
  }
  return roundsOf(messages, await limits.ofAll(topics, 'fresh'));
}

async function send({ producers, limits }: Writing, round: Round, deadline: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await producers.send(round);
      return;
    } catch (error) {
      await mustFit(limits, round, error);
      if (tries === TRIES || Date.now() > deadline)
        throw new Error(`could not append to ${[...round.keys()].join(', ')}: ${messageOf(error)}`, {
          cause: error,
        });
    }
    await pause(FIRST_WAIT_MS * 2 ** (tries - 1));
  }
}

/** kafkajs reports a topic that is not there like one whose leader moves. */
async function mustFit(limits: Limits, round: Round, error: unknown): Promise<void> {
  const type = kafkaErrorOf(error);
  if (type !== 'UNKNOWN_TOPIC_OR_PARTITION' && type !== 'MESSAGE_TOO_LARGE') return;
  roundsOf([...round.values()].flat(), await limits.ofAll(round.keys(), 'fresh'));
}
