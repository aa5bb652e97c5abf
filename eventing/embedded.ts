// The log in one SQLite file, for one machine: no broker. Every topic is one partition, whatever its spec says.
// Groups are kept apart within a process only: two processes must not consume the same group.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { transact } from '../sql/sqlite-transaction.ts';
import { dropTopic, openLogDatabase, openTables, type Tables, type Topic } from './embedded-database.ts';
import { Consumption, openWaker, tail, type Handle, type Waker } from './embedded-readers.ts';
import { sweepNowAndThen } from './embedded-sweep.ts';
import { NotAppendable, type Log, type Message, type Subscription } from './log.ts';

/**
 * Opens the log kept in `dir`/log.db, which is made where it is missing. An append is durable when it resolves; on a full
 * disk it rejects and nothing of it is visible. `consume` waits for a topic that does not exist, or that is deleted under
 * it, to be created (again); `tail` of one rejects. A record leaves two minutes after every group has finished it, or
 * after its topic's retention, and not before every group has finished it.
 */
export async function openEmbeddedLog(dir: string): Promise<Log> {
  await mkdir(dir, { recursive: true });
  return embeddedLog(openLogDatabase(join(dir, 'log.db')));
}

/** The log on an open file, which it closes when it is closed. */
export function embeddedLog(db: DatabaseSync): Log {
  const tables = openTables(db);
  const waker = openWaker(tables);
  const closing = new AbortController();
  const groups = openGroups(tables, waker);
  const stopSweeping = sweepNowAndThen(db, tables);
  let refused: Error | undefined;

  return {
    async createTopic(spec) {
      tables.create(spec);
      waker.wake(spec.name);
    },
    async deleteTopic(name) {
      dropTopic(db, name);
      waker.wake(name);
    },
    async topics() {
      return tables.topics().map((topic) => topic.name);
    },
    async append(messages) {
      try {
        const topics = appendAll(db, tables, messages);
        refused = undefined;
        for (const name of topics) waker.wake(name);
      } catch (error) {
        if (error instanceof Error && !(error instanceof NotAppendable)) refused = error;
        throw error;
      }
    },
    async *tail(name, signal) {
      const topic = tables.topic(name);
      if (topic === undefined) throw new Error(`topic ${name} does not exist`);
      yield* tail(tables, waker, topic, AbortSignal.any([signal, closing.signal]));
    },
    async consume(subscription, handle, signal) {
      await groups.consume(subscription, handle, AbortSignal.any([signal, closing.signal]));
    },
    async lag(group, name) {
      const topic = tables.topic(name);
      if (topic === undefined) return 0;
      return tables.lag(topic, groups.finished(group, name) ?? tables.committed(group, topic) ?? 0);
    },
    async deleteGroup(group) {
      tables.leave(group);
    },
    async problems() {
      return refused === undefined ? [] : [`It takes no records: ${refused.message}`];
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      stopSweeping();
      await groups.ended();
      waker.stop();
      db.close();
    },
  };
}

/** Returns the topics written to. */
function appendAll(db: DatabaseSync, tables: Tables, messages: readonly Message[]): Set<string> {
  const byTopic = new Set(messages.map((message) => message.topic));
  if (byTopic.size === 0) return byTopic;
  try {
    transact(db, () => {
      for (const name of byTopic) {
        const topic = tables.topic(name);
        if (topic === undefined) throw new NotAppendable(`topic ${name} does not exist`);
        let next = topic.next;
        for (const message of messages) if (message.topic === name) insert(tables, topic, next++, message);
        tables.advance(topic, next);
      }
    });
  } catch (error) {
    if (error instanceof NotAppendable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`could not append to ${[...byTopic].join(', ')}: ${reason}`, { cause: error });
  }
  return byTopic;
}

function insert(tables: Tables, topic: Topic, offset: number, message: Message): void {
  const size = sizeOf(message);
  if (size > topic.maxBytes) {
    throw new NotAppendable(
      `a record for topic ${topic.name} has ${size} bytes, but at most ${topic.maxBytes} are allowed`,
    );
  }
  tables.insert(topic, offset, message);
}

/** What the limit counts: key, headers and value. */
function sizeOf({ key, headers, value }: Message): number {
  let size = Buffer.byteLength(key) + (value?.length ?? 0);
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}

const keyOf = (group: string, topic: string): string => JSON.stringify([group, topic]);

interface Work {
  readonly subscription: Subscription;
  readonly handle: Handle;
  readonly start: number;
}

interface Groups {
  consume: Log['consume'];
  /** Everything below this offset is finished, also where that is not written down yet; undefined for a group not at work. */
  finished(group: string, topic: string): number | undefined;
  ended(): Promise<void>;
}

/** One consumer of a group works on a topic at a time; a second one waits until the first has ended. */
function openGroups(tables: Tables, waker: Waker): Groups {
  const turns = new Map<string, Promise<unknown>>();
  const working = new Map<string, Consumption>();

  const work = async (of: Work, signal: AbortSignal): Promise<void> => {
    const { topic: name, group, inFlight } = of.subscription;
    let { start } = of;
    const key = keyOf(group, name);
    while (!signal.aborted) {
      const topic = tables.topic(name);
      if (topic === undefined) {
        await waker.wait(name, signal);
        continue;
      }
      const worker = new Consumption(tables, { topic, group, inFlight, start }, of.handle);
      working.set(key, worker);
      await worker.run(waker, signal).finally(() => working.delete(key));
      start = 0;
    }
  };
  return {
    async consume(subscription, handle, signal) {
      const { topic, group, from } = subscription;
      const key = keyOf(group, topic);
      // What is appended to a topic that is created later is new to this group: nothing of it is skipped.
      const start = from === 'latest' ? (tables.topic(topic)?.next ?? 0) : 0;
      const before = turns.get(key) ?? Promise.resolve();
      const turn = Promise.race([before, aborted(signal)]).then(() =>
        work({ subscription, handle, start }, signal),
      );
      const ended = Promise.allSettled([before, turn]);
      turns.set(key, ended);
      await turn;
    },
    finished: (group, topic) => working.get(keyOf(group, topic))?.finished,
    async ended() {
      await Promise.all(turns.values());
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
