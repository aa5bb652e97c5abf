// Records that the log does not take now, on the tracker's own disk until it does (design §6.8). The spool is an embedded log with
// the same topics, so it survives what that survives; a topic that is stuck holds up no other.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { openLogDatabase, openTables } from '../eventing/embedded-database.ts';
import { sweepSlice } from '../eventing/embedded-sweep.ts';
import { embeddedLog } from '../eventing/embedded.ts';
import type { Log, LogRecord, Message } from '../eventing/log.ts';
import { appendTo } from './keeping.ts';
import { sleep } from './wakeup.ts';

export interface Spool {
  /** Whether records of this topic wait here, which later ones must not overtake. */
  holds(topic: string): boolean;
  /** Durable when it resolves. Rejects when the spool or its disk is full, naming which. */
  append(messages: readonly Message[]): Promise<void>;
  /** what it takes on the disk; 0 when nothing waits */
  bytes(): number;
  /** Resolves when nothing waits any more, or when `signal` aborts. */
  drained(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface SpoolOptions {
  readonly dir: string;
  readonly maxBytes: number;
  /** where everything ends up, in order by topic */
  readonly log: Log;
  readonly report: (message: string) => void;
}

const GROUP = 'drain';
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
const LOOK_MS = 50;
// One by one, what came in a minute without a log would take minutes to get there.
const LOT = 500;
// As large as any record of the log may be, its headers included. What was brought to the log may leave at once.
const RECORDS = { partitions: 1, compacted: false, retentionMs: 0, maxMessageBytes: 4 * 1024 * 1024 };

/** Opens what an earlier tracker left and begins to bring it to the log. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  await mkdir(options.dir, { recursive: true });
  const db = openLogDatabase(join(options.dir, 'log.db'));
  const kept = embeddedLog(db);
  const closing = new AbortController();
  const lanes = openLanes(kept, options, closing.signal);
  for (const topic of await kept.topics()) {
    lanes.add(topic, await kept.lag(GROUP, topic));
    lanes.open(topic);
  }
  lanes.tell();
  return {
    holds: lanes.holds,
    async append(messages) {
      // Counted before they are there: what waits in front of them may leave meanwhile, and the spool is not empty then.
      for (const { topic } of messages) lanes.add(topic, 1);
      try {
        await makeRoom(db, options.maxBytes);
        for (const { topic } of messages) {
          await kept.createTopic({ ...RECORDS, name: topic });
          // Before its first record: one that no group waits for may leave at once.
          lanes.open(topic);
        }
        await kept.append(messages);
      } catch (error) {
        for (const { topic } of messages) lanes.add(topic, -1);
        throw error;
      }
      lanes.tell();
    },
    bytes: () => (lanes.empty() ? 0 : usedBytes(db)),
    async drained(signal) {
      while (!lanes.empty() && !signal.aborted) await sleep(LOOK_MS, signal);
    },
    async close() {
      closing.abort();
      await lanes.ended();
      await kept.close();
    },
  };
}

/** One for each topic: brings its records to the log in their order, and knows how many are left. */
function openLanes(kept: Log, { log, report }: SpoolOptions, signal: AbortSignal) {
  const waiting = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  let told: 'empty' | 'waiting' = 'empty';
  const empty = (): boolean => [...waiting.values()].every((count) => count === 0);
  const add = (topic: string, count: number): void => {
    waiting.set(topic, (waiting.get(topic) ?? 0) + count);
  };
  const tell = (): void => {
    const now = empty() ? 'empty' : 'waiting';
    if (now === told) return;
    told = now;
    if (now === 'waiting') report('The log takes no records: what comes in waits in the spool.');
    else report('The log takes records again; the spool is empty.');
  };
  const run = async (topic: string): Promise<void> => {
    const subscription = { topic, group: GROUP, inFlight: LOT, from: 'earliest' } as const;
    let reached = -1;
    while (!signal.aborted) {
      const bring = inLots((records) => bringTo(log, records, { topic, report, signal }));
      const bringOne = async (record: LogRecord): Promise<void> => {
        // Brought before the reading was interrupted, and not yet committed then.
        if (record.offset <= reached) return;
        await bring(record);
        reached = record.offset;
        add(topic, -1);
        tell();
      };
      await kept.consume(subscription, bringOne, signal).catch((error: unknown) => {
        if (!signal.aborted) report(`The spool of ${topic} cannot be read, trying again: ${String(error)}`);
      });
      await sleep(LONGEST_RETRY_MS, signal);
    }
  };
  return {
    empty,
    holds: (topic: string): boolean => (waiting.get(topic) ?? 0) > 0,
    add,
    /** that the spool has begun to fill, or is empty again */
    tell,
    open(topic: string): void {
      if (!running.has(topic)) running.set(topic, run(topic));
    },
    ended: () => Promise.all(running.values()),
  };
}

interface Bringing {
  readonly topic: string;
  readonly report: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Each record in its order: all that were given while the last lot was under way are the next one. */
function inLots(bring: (lot: readonly LogRecord[]) => Promise<void>): (record: LogRecord) => Promise<void> {
  let last = Promise.resolve();
  let lot: LogRecord[] = [];
  return (record) => {
    lot.push(record);
    if (lot.length > 1) return last;
    last = last.then(() => {
      const records = lot;
      lot = [];
      return bring(records);
    });
    return last;
  };
}

/** Tries until the log has them; throws when `signal` aborts. */
async function bringTo(
  log: Log,
  records: readonly LogRecord[],
  { topic, report, signal }: Bringing,
): Promise<void> {
  const messages = records.map(({ key, headers, value }) => ({ topic, key, headers, value }));
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
    signal.throwIfAborted();
    try {
      await appendTo(log, messages);
      return;
    } catch (error) {
      if (wait === LONGEST_RETRY_MS) report(`The spool cannot be brought to ${topic} yet: ${String(error)}`);
    }
    await sleep(wait, signal);
  }
}

/** Throws when there is more than `maxBytes`, also without what was brought to the log already. */
async function makeRoom(db: DatabaseSync, maxBytes: number): Promise<void> {
  if (usedBytes(db) <= maxBytes) return;
  const tables = openTables(db);
  while (sweepSlice(db, tables, Date.now()) > 0) await setImmediate();
  const used = usedBytes(db);
  if (used > maxBytes) throw new Error(`the spool is full: it has ${used} of ${maxBytes} bytes`);
}

/** What a file takes without the pages that are free to be used again. */
function usedBytes(db: DatabaseSync): number {
  const pragma = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}
