// The log in one SQLite file, for one machine: no broker. Every topic is one partition, whatever its spec says.
// Groups are kept apart within a process only: two processes must not consume the same group.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { diskOf } from '../sql/sqlite-sync.ts';
import { transact } from '../sql/sqlite-transaction.ts';
import { dropTopic, openLogDatabase, openTables, type Tables, type Topic } from './embedded-database.ts';
import { openGroups } from './embedded-groups.ts';
import { openWaker, tail } from './embedded-readers.ts';
import { sweepNowAndThen } from './embedded-sweep.ts';
import { pack, type StoredValue } from './embedded-value.ts';
import { NotAppendable, type Log, type Message } from './log.ts';

/**
 * Opens the log kept in `dir`/log.db, which is made where it is missing. An append is durable when it resolves; on a full
 * disk it rejects and nothing of it is visible; when the disk fails to sync it rejects, and its records may be there. `consume` waits for a topic that does not exist, or that is deleted under
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
  const disk = diskOf(db);
  const waker = openWaker(tables);
  const closing = new AbortController();
  const groups = openGroups(tables, waker);
  const stopSweeping = sweepNowAndThen(db, tables);
  // Whoever reads may begin before the disk has it: handled twice is harmless.
  const intake = openIntake(db, tables);
  const changed = async (...names: string[]): Promise<void> => {
    for (const name of names) waker.wake(name);
    await disk.synced();
  };

  return {
    async createTopic(spec) {
      tables.create(spec);
      await changed(spec.name);
    },
    async deleteTopic(name) {
      dropTopic(db, name);
      await changed(name);
    },
    async topics() {
      return tables.topics().map((topic) => topic.name);
    },
    async append(messages) {
      await changed(...(await intake.append(messages)));
    },
    problems: async () => intake.problems(),
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
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      stopSweeping();
      await groups.ended();
      await intake.ended();
      waker.stop();
      await disk.synced();
      disk.close();
      db.close();
    },
  };
}

interface Intake {
  /** Gives the topics written to, in the order of the calls. Nothing is on the disk yet. */
  append(messages: readonly Message[]): Promise<Set<string>>;
  problems(): string[];
  /** Resolves when nothing is being appended. */
  ended(): Promise<void>;
}

function openIntake(db: DatabaseSync, tables: Tables): Intake {
  let refused: Error | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const appendInTurn = async (packed: Promise<Packed[]>, turn: Promise<unknown>): Promise<Set<string>> => {
    await turn;
    try {
      const topics = appendAll(db, tables, await packed);
      refused = undefined;
      return topics;
    } catch (error) {
      if (error instanceof Error && !(error instanceof NotAppendable)) refused = error;
      throw error;
    }
  };
  return {
    append(messages) {
      const packed = Promise.all(messages.map(packedOf));
      const appended = appendInTurn(packed, last);
      last = appended.catch(() => undefined);
      return appended;
    },
    problems: () => (refused === undefined ? [] : [`It takes no records: ${refused.message}`]),
    ended: async () => void (await last),
  };
}

interface Packed {
  readonly message: Message;
  readonly stored: StoredValue;
}

async function packedOf(message: Message): Promise<Packed> {
  return { message, stored: await pack(message.value) };
}

/** Returns the topics written to. */
function appendAll(db: DatabaseSync, tables: Tables, all: readonly Packed[]): Set<string> {
  const byTopic = new Set(all.map(({ message }) => message.topic));
  if (byTopic.size === 0) return byTopic;
  try {
    transact(db, () => {
      for (const name of byTopic) {
        const topic = tables.topic(name);
        if (topic === undefined) throw new NotAppendable(`topic ${name} does not exist`);
        let next = topic.next;
        for (const one of all) if (one.message.topic === name) insert(tables, topic, next++, one);
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

function insert(tables: Tables, topic: Topic, offset: number, { message, stored }: Packed): void {
  const size = sizeOf(message);
  if (size > topic.maxBytes) {
    throw new NotAppendable(
      `a record for topic ${topic.name} has ${size} bytes, but at most ${topic.maxBytes} are allowed`,
    );
  }
  tables.insert(topic, offset, message, stored);
}

/** What the limit counts: key, headers and value. */
function sizeOf({ key, headers, value }: Message): number {
  let size = Buffer.byteLength(key) + (value?.length ?? 0);
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}
