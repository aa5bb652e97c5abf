// Posts on their way into the log: all that came in for an event while the previous write was under way is one record.
// What was accepted is held until it is kept, and given to be kept in order, one lot at a time.
import { setImmediate } from 'node:timers/promises';
import { Batch, type Post } from '../eventing/batch.ts';
import { tweetsReceived } from '../eventing/cloud-events.ts';
import type { Message } from '../eventing/log.ts';
import type { Keep } from './keeping.ts';

/** More than this waiting for the log, and the reader is asked to wait. */
const PENDING_BYTES = 2 * 1024 * 1024;

export class Publisher {
  readonly #process: string;
  readonly #keep: Keep;
  #batches = new Map<string, Batch[]>();
  #messages: Message[] = [];
  #afterwards: (() => void)[] = [];
  #bytes = 0;
  #writing = false;
  #room = Promise.withResolvers<void>();

  constructor(process: string, keep: Keep) {
    this.#process = process;
    this.#keep = keep;
    this.#room.resolve();
  }

  post(code: string, post: Post): void {
    const batches = this.#batches.get(code) ?? [];
    if (batches.length === 0) this.#batches.set(code, batches);
    this.#grow(batches.at(-1)?.add(post) || addTo(batches, post));
  }

  message(message: Message): void {
    this.#messages.push(message);
    this.#grow(message.value?.length ?? 0);
  }

  /** Calls back when everything accepted before is durable. */
  whenDurable(then: () => void): void {
    this.#afterwards.push(then);
    this.#write();
  }

  /** Resolves when everything accepted before is durable. */
  flush(): Promise<void> {
    return new Promise((resolve) => this.whenDurable(resolve));
  }

  /** Resolves when more may be accepted. */
  room(): Promise<void> {
    return this.#room.promise;
  }

  get pendingBytes(): number {
    return this.#bytes;
  }

  #grow(size: number): void {
    const before = this.#bytes;
    this.#bytes += size;
    if (before <= PENDING_BYTES && this.#bytes > PENDING_BYTES) this.#room = Promise.withResolvers();
    this.#write();
  }

  #write(): void {
    if (this.#writing) return;
    this.#writing = true;
    void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    // Lets the rest of the chunk that is being read join the first record.
    await setImmediate();
    while (this.#bytes > 0 || this.#afterwards.length > 0) {
      const { messages, afterwards, bytes } = this.#take();
      if (messages.length > 0) await this.#keep(messages);
      this.#bytes -= bytes;
      if (this.#bytes <= PENDING_BYTES) this.#room.resolve();
      for (const then of afterwards) then();
    }
    this.#writing = false;
  }

  #take(): { messages: Message[]; afterwards: (() => void)[]; bytes: number } {
    const messages: Message[] = [];
    for (const [code, batches] of this.#batches) {
      for (const batch of batches) messages.push(tweetsReceived(this.#process, code, batch.bytes()));
    }
    messages.push(...this.#messages);
    const taken = { messages, afterwards: this.#afterwards, bytes: this.#bytes };
    this.#batches = new Map();
    this.#messages = [];
    this.#afterwards = [];
    return taken;
  }
}

function addTo(batches: Batch[], post: Post): number {
  const batch = new Batch();
  batches.push(batch);
  return batch.add(post);
}
