// Posts on their way into the log: all that came in for an event while the previous write was under way is one record.
// What was accepted is kept until the log has acknowledged it; a failed write is tried again, for ever and in order.
import { setImmediate, setTimeout } from 'node:timers/promises';
import { encodePost, MAX_BYTES, MAX_POSTS, type Post } from '../eventing/batch.ts';
import { tweetsReceived } from '../eventing/cloud-events.ts';
import { NotAppendable, type Log, type Message } from '../eventing/log.ts';
import { rawTweets } from '../eventing/topics.ts';

/** More than this waiting for the log, and the reader is asked to wait. */
const PENDING_BYTES = 2 * 1024 * 1024;
const MAX_RETRY_MS = 5_000;

interface Pending {
  readonly parts: Uint8Array[];
  posts: number;
  bytes: number;
}

export interface PublisherOptions {
  readonly log: Log;
  readonly process: string;
  /** told once per row of failures, and with `undefined` when it works again */
  readonly report: (problem: string | undefined) => void;
}

export class Publisher {
  readonly #options: PublisherOptions;
  #batches = new Map<string, Pending[]>();
  /** events that ever had a post */
  readonly #codes = new Set<string>();
  #messages: Message[] = [];
  #afterwards: (() => void)[] = [];
  #bytes = 0;
  #writing = false;
  #room = Promise.withResolvers<void>();

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#room.resolve();
  }

  post(code: string, post: Post): void {
    this.#codes.add(code);
    const parts = encodePost(post);
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    const batches = this.#batches.get(code) ?? [];
    if (batches.length === 0) this.#batches.set(code, batches);
    let last = batches.at(-1);
    if (last === undefined || last.posts === MAX_POSTS || last.bytes + size > MAX_BYTES) {
      last = { parts: [], posts: 0, bytes: 0 };
      batches.push(last);
    }
    last.parts.push(...parts);
    last.posts += 1;
    last.bytes += size;
    this.#grow(size);
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
      await this.#append(messages);
      this.#bytes -= bytes;
      if (this.#bytes <= PENDING_BYTES) this.#room.resolve();
      for (const then of afterwards) then();
    }
    this.#writing = false;
  }

  #take(): { messages: Message[]; afterwards: (() => void)[]; bytes: number } {
    const messages: Message[] = [];
    for (const [code, batches] of this.#batches) {
      for (const { parts } of batches) {
        messages.push(tweetsReceived(this.#options.process, code, Buffer.concat(parts)));
      }
    }
    messages.push(...this.#messages);
    const taken = { messages, afterwards: this.#afterwards, bytes: this.#bytes };
    this.#batches = new Map();
    this.#messages = [];
    this.#afterwards = [];
    return taken;
  }

  async #append(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#options.log.append(messages);
        if (attempt > 1) this.#options.report(undefined);
        return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (attempt === 1) this.#options.report(`The log takes no records, trying again: ${reason}`);
        await setTimeout(Math.min(100 * 2 ** attempt, MAX_RETRY_MS));
        if (error instanceof NotAppendable) await this.#remakeTopics();
      }
    }
  }

  /** A topic that somebody deleted under us must not hold up the posts of all others. */
  async #remakeTopics(): Promise<void> {
    for (const code of this.#codes) {
      await this.#options.log.createTopic(rawTweets(code)).catch((error: unknown) => {
        this.#options.report(`The topic of ${code} cannot be made: ${String(error)}`);
      });
    }
  }
}
