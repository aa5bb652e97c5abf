// One membership of a Kafka consumer group, from joining to leaving or losing it: what is taken, finished and committed.
// What is in flight when partitions are assigned anew is delivered again: offsets go back to what is committed.
import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import { Offsets } from './kafka-offsets.ts';
import { logRecord } from './kafka-record.ts';
import type { LogRecord } from './log.ts';
import { within } from './kafka-waiting.ts';
import type { Work } from './kafka-work.ts';

const COMMIT_MS = 250;
const TICK_MS = 1_000;
/** Longer than any request of kafkajs, joining a group included: then it hangs. */
const SILENCE_MS = 120_000;
/** A broker that is away must not keep us from ending: for each, the last commit and leaving. */
const LEAVE_WITHIN_MS = 5_000;

export interface Membership {
  readonly consumer: Consumer;
  readonly topic: string;
  readonly work: Work;
  /** where the group begins in partitions that it has committed nothing of, when that is not at their first record */
  readonly starts: ReadonlyMap<number, number>;
  readonly signal: AbortSignal;
}

export class Member {
  readonly #of: Membership;
  readonly #watch: NodeJS.Timeout;
  readonly #lost = Promise.withResolvers<never>();
  readonly #left = Promise.withResolvers<void>();
  #joined: Promise<void> | undefined;
  #starts: ReadonlyMap<number, number>;
  #offsets = new Offsets([]);
  /** aborts when what was assigned is assigned anew, or lost */
  #assignment = new AbortController();
  #ending = false;
  #lastSign = Date.now();
  #tick = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  #commits: Promise<unknown> = Promise.resolve();

  constructor(of: Membership) {
    this.#of = of;
    this.#starts = of.starts;
    // Looked at once somebody waits for it.
    void Promise.allSettled([this.#lost.promise]);
    const { GROUP_JOIN, REBALANCING, FETCH, CRASH } = of.consumer.events;
    of.consumer.on(GROUP_JOIN, ({ payload }) => this.#assign(payload));
    of.consumer.on(REBALANCING, () => this.#commitAfter(0));
    of.consumer.on(FETCH, () => void (this.#lastSign = Date.now()));
    of.consumer.on(CRASH, ({ payload }) => this.#lost.reject(payload.error));
    this.#watch = setInterval(() => this.#look(), TICK_MS);
  }

  /** Rejects when the membership is lost; never resolves. */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  /** Resolves once records come; rejects when the group cannot be joined. */
  join(): Promise<void> {
    const { consumer, topic } = this.#of;
    this.#joined = (async () => {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#take(payload),
      });
    })();
    return this.#joined;
  }

  /** Takes nothing more, waits for what is in flight, commits and leaves. Rejects when it could not commit. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#of.work.idle();
    try {
      clearTimeout(this.#timer);
      await within(LEAVE_WITHIN_MS, this.#commit());
    } finally {
      await this.leave();
    }
  }

  /** Leaves as it is. kafkajs would go on for ever, were it stopped while it joins. */
  async leave(): Promise<void> {
    this.#ending = true;
    clearInterval(this.#watch);
    clearTimeout(this.#timer);
    this.#assignment.abort();
    const gone = Promise.allSettled([this.#joined]).then(() => this.#of.consumer.disconnect());
    this.#left.resolve();
    await Promise.race([Promise.allSettled([gone]), pause(LEAVE_WITHIN_MS, undefined, { ref: false })]);
  }

  #assign({ memberAssignment }: ConsumerGroupJoinEvent['payload']): void {
    const { consumer, topic } = this.#of;
    const partitions = memberAssignment[topic] ?? [];
    this.#assignment.abort();
    this.#assignment = new AbortController();
    this.#offsets = new Offsets(partitions);
    for (const partition of partitions) {
      const start = this.#starts.get(partition);
      if (start === undefined) continue;
      consumer.seek({ topic, partition, offset: String(start) });
      this.#offsets.begin(partition, start);
      this.#commitAfter(COMMIT_MS);
    }
    this.#starts = new Map();
  }

  async #take(payload: EachBatchPayload): Promise<void> {
    const { work, topic } = this.#of;
    const { partition, messages } = payload.batch;
    const offsets = this.#offsets;
    const signal = AbortSignal.any([this.#of.signal, this.#assignment.signal]);
    for (const message of messages) {
      const record = logRecord(topic, partition, message);
      while (!work.hasRoomFor(record) && !this.#ending) await this.#wait(work.freed(), payload);
      // A rest that is not taken would come again at once.
      while (this.#ending && payload.isRunning()) await this.#wait(this.#left.promise, payload);
      if (offsets !== this.#offsets || !payload.isRunning()) return;
      offsets.take(partition, record.offset);
      payload.resolveOffset(message.offset);
      void this.#work(record, offsets, signal);
    }
  }

  async #work(record: LogRecord, offsets: Offsets, signal: AbortSignal): Promise<void> {
    if (!(await this.#of.work.start(record, signal))) return;
    offsets.finish(record.partition, record.offset);
    this.#commitAfter(COMMIT_MS);
  }

  /** The group must hear from us while we wait. */
  async #wait(until: Promise<void>, group: Pick<EachBatchPayload, 'heartbeat'>): Promise<void> {
    await Promise.race([until, this.#tick.promise]);
    await group.heartbeat();
    this.#lastSign = Date.now();
  }

  #look(): void {
    this.#tick.resolve();
    this.#tick = Promise.withResolvers();
    if (Date.now() - this.#lastSign > SILENCE_MS) this.#lost.reject(new Error('the Kafka client hangs'));
  }

  #commitAfter(ms: number): void {
    if (ms === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      void this.#commitOrLater();
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.#commitOrLater();
      }, ms);
    }
  }

  /** A commit fails when partitions are assigned anew, and while no broker is there: it may come later. */
  async #commitOrLater(): Promise<void> {
    const [{ status }] = await Promise.allSettled([this.#commit()]);
    if (status === 'rejected' && !this.#ending) this.#commitAfter(TICK_MS);
  }

  /** One after the other, or an older one might come last. */
  #commit(): Promise<void> {
    const commit = this.#commitAllBehind(this.#commits);
    this.#commits = Promise.allSettled([commit]);
    return commit;
  }

  async #commitAllBehind(before: Promise<unknown>): Promise<void> {
    await before;
    const offsets = this.#offsets;
    const finished = offsets.toCommit();
    if (finished.length === 0) return;
    const { consumer, topic } = this.#of;
    await consumer.commitOffsets(
      finished.map(({ partition, offset }) => ({ topic, partition, offset: String(offset) })),
    );
    offsets.committed(finished);
  }
}
