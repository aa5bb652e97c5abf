// The records that a consumer has in hand, however often it has to join its group anew: how many, how large, and whether
// one of them failed.
import type { Handle, LogRecord } from './log.ts';

/** However many records may be in flight: a record keeps the whole answer in memory that it came with. */
const IN_FLIGHT_BYTES = 1_048_576;

export class Work {
  readonly #most: number;
  readonly #handle: Handle;
  readonly #failed = new AbortController();
  #running = 0;
  #bytes = 0;
  #freed = Promise.withResolvers<void>();

  constructor(most: number, handle: Handle) {
    this.#most = most;
    this.#handle = handle;
  }

  /** Aborts with the first error of a handler. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  hasRoomFor(record: LogRecord): boolean {
    if (this.#running === 0) return true;
    return this.#running < this.#most && this.#bytes + sizeOf(record) <= IN_FLIGHT_BYTES;
  }

  /** Resolves when the next of those at work has ended. */
  freed(): Promise<void> {
    return this.#freed.promise;
  }

  /** Handles it; resolves with whether it is finished. An error counts as a failure only while `signal` has not aborted. */
  async start(record: LogRecord, signal: AbortSignal): Promise<boolean> {
    this.#running++;
    this.#bytes += sizeOf(record);
    try {
      await this.#handle(record, signal);
      return true;
    } catch (error) {
      if (!signal.aborted) this.#failed.abort(error);
      return false;
    } finally {
      this.#running--;
      this.#bytes -= sizeOf(record);
      this.#freed.resolve();
      this.#freed = Promise.withResolvers();
    }
  }

  async idle(): Promise<void> {
    while (this.#running > 0) await this.#freed.promise;
  }
}

function sizeOf(record: LogRecord): number {
  return record.value?.length ?? 0;
}
