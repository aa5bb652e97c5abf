// Reading the embedded log: followed from the start, or handled by a group. Readers sleep until a write wakes them.
import { setImmediate } from 'node:timers/promises';
import type { Tables, Topic } from './embedded-database.ts';
import type { Handle, LogRecord, Tail } from './log.ts';

// Lazy, because handling a record again is harmless and a commit costs a sync of the disk.
const COMMIT_MS = 1_000;
const OTHERS_MS = 1_000;

export interface Waker {
  /** Until something is written to the topic or `signal` aborts. */
  wait(topic: string, signal: AbortSignal): Promise<void>;
  wake(topic: string): void;
  stop(): void;
}

/** Writes of this process wake at once; those of others are looked for once a second, only while somebody waits. */
export function openWaker(tables: Tables): Waker {
  const sleepers = new Map<() => void, string>();
  let timer: NodeJS.Timeout | undefined;
  let version = tables.dataVersion();

  const lookForOthers = (): void => {
    const now = tables.dataVersion();
    if (now !== version) for (const wakeUp of sleepers.keys()) wakeUp();
    version = now;
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    stop,
    wait(topic, signal) {
      if (signal.aborted) return Promise.resolve();
      timer ??= setInterval(lookForOthers, OTHERS_MS).unref();
      return new Promise((resolve) => {
        const wakeUp = (): void => {
          sleepers.delete(wakeUp);
          signal.removeEventListener('abort', wakeUp);
          if (sleepers.size === 0) stop();
          resolve();
        };
        sleepers.set(wakeUp, topic);
        signal.addEventListener('abort', wakeUp);
      });
    },
    wake(topic) {
      for (const [wakeUp, awaited] of sleepers) if (awaited === topic) wakeUp();
    },
  };
}

/** Ends when `signal` aborts; throws when the topic is deleted. */
export async function* tail(
  tables: Tables,
  waker: Waker,
  topic: Topic,
  signal: AbortSignal,
): AsyncGenerator<Tail> {
  const last = tables.lastOffset(topic);
  let position = 0;
  let told = false;
  while (!signal.aborted) {
    if (tables.topic(topic.name)?.id !== topic.id) throw new Error(`topic ${topic.name} was deleted`);
    const read = tables.read(topic, position);
    // Nothing may come between an empty read and the wait, or a write in between wakes nobody.
    if (read.length === 0 && told) {
      await waker.wait(topic.name, signal);
      continue;
    }
    position = (read.at(-1)?.offset ?? position - 1) + 1;
    // The record that was last may have been compacted away: then the end is where nothing more is found.
    const caughtUp = read.length === 0 || position > last;
    yield { records: read, caughtUp };
    told = caughtUp;
    await setImmediate();
  }
}

/** However many records may be in flight: those at work at once are held in memory, more than once on their way. */
const IN_FLIGHT_BYTES = 1_048_576;

const sizeOf = (record: LogRecord): number => record.value?.length ?? 0;

export interface Assignment {
  readonly topic: Topic;
  readonly group: string;
  readonly inFlight: number;
  /** where a group without an offset begins */
  readonly start: number;
}

/** A group's work on one topic: what is unfinished, in the order of the offsets, and what is committed. */
export class Consumption {
  readonly #tables: Tables;
  readonly #of: Assignment;
  readonly #handle: Handle;
  readonly #unfinished = new Set<number>();
  readonly #failed = new AbortController();
  #running = 0;
  #bytes = 0;
  #freed = Promise.withResolvers<void>();
  #position: number;
  #committed: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(tables: Tables, of: Assignment, handle: Handle) {
    this.#tables = tables;
    this.#of = of;
    this.#handle = handle;
    const known = tables.committed(of.group, of.topic);
    if (known === undefined) tables.join(of.group, of.topic, of.start);
    this.#position = known ?? of.start;
    this.#committed = this.#position;
  }

  /** Takes records until `signal` aborts, the topic is deleted or a handler throws, and ends with those it took. */
  async run(waker: Waker, signal: AbortSignal): Promise<void> {
    const { topic } = this.#of;
    const stop = AbortSignal.any([signal, this.#failed.signal]);
    while (!stop.aborted && this.#tables.topic(topic.name)?.id === topic.id) {
      const read = this.#tables.read(topic, this.#position);
      for (const record of read) {
        await this.#roomFor(record);
        if (stop.aborted) break;
        void this.#take(record, signal);
      }
      if (read.length === 0) await waker.wait(topic.name, stop);
      else await setImmediate();
    }
    await this.#idle();
    this.commit();
    this.#failed.signal.throwIfAborted();
  }

  /** Everything below this offset is finished, whether that is written down or not. */
  get finished(): number {
    const [lowest] = this.#unfinished;
    return lowest ?? this.#position;
  }

  commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { finished } = this;
    if (finished === this.#committed) return;
    this.#tables.commit(this.#of.group, this.#of.topic, finished);
    this.#committed = finished;
  }

  async #take(record: LogRecord, signal: AbortSignal): Promise<void> {
    this.#running++;
    this.#bytes += sizeOf(record);
    this.#unfinished.add(record.offset);
    this.#position = record.offset + 1;
    try {
      await this.#handle(record, signal);
      this.#unfinished.delete(record.offset);
      this.#timer ??= setTimeout(() => this.#commitNow(), COMMIT_MS).unref();
    } catch (error) {
      if (!signal.aborted) this.#failed.abort(error);
    }
    this.#running--;
    this.#bytes -= sizeOf(record);
    this.#freed.resolve();
    this.#freed = Promise.withResolvers();
  }

  #commitNow(): void {
    try {
      this.commit();
    } catch (error) {
      this.#failed.abort(error);
    }
  }

  async #roomFor(record: LogRecord): Promise<void> {
    const tooMuch = (): boolean => this.#running > 0 && this.#bytes + sizeOf(record) > IN_FLIGHT_BYTES;
    while (this.#running >= this.#of.inFlight || tooMuch()) await this.#freed.promise;
  }

  async #idle(): Promise<void> {
    while (this.#running > 0) await this.#freed.promise;
  }
}
