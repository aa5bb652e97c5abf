// The tracker: reads its source, hands posts to the log by event, keeps the gap ledger and says how far it got.
// Its only state is what it writes to `progress`.
import { noted, progressed } from '../eventing/cloud-events.ts';
import type { Note, Progress } from '../eventing/collection.ts';
import type { Log } from '../eventing/log.ts';
import { rawTweets } from '../eventing/topics.ts';
import { within } from '../eventing/within.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import type { Budget } from './budget.ts';
import type { Counts } from './counters.ts';
import type { GapFiller } from './gap-filler.ts';
import { fillerFor } from './gap-filling.ts';
import { Intake } from './intake.ts';
import { keepInLog, keepInSpool, type Told } from './keeping.ts';
import { newlyEnded, type KnownEvents } from './known-events.ts';
import { Listening } from './listening.ts';
import { progressAt } from './progress.ts';
import { Publisher } from './publisher.ts';
import { receiptClock } from './receipt-clock.ts';
import { offsetOf } from './replay-source.ts';
import type { Item, Source } from './source.ts';
import type { Spool } from './spool.ts';

const PROGRESS_MS = 5_000;
const REPLAY_PROGRESS_MS = 500;
/** A disk or a log may never come back. */
const LAST_WORDS_MS = 5_000;
const PROCESS = 'tracker';

export interface TrackerOptions {
  readonly log: Log;
  /** undefined where the log is on this machine's own disk */
  readonly spool: Spool | undefined;
  readonly source: Source;
  readonly install: string;
  readonly previous: Progress | undefined;
  readonly budget: Budget;
  /** what goes wrong, and that it works again */
  readonly report: (message: string) => void;
}

export class Tracker {
  readonly #options: TrackerOptions;
  readonly #publisher: Publisher;
  readonly #intake: Intake;
  readonly #listening: Listening;
  readonly #filler: GapFiller | null;
  readonly #startedAt = new Date().toISOString();
  #events: readonly CrisisEvent[] = [];
  #known: KnownEvents = new Map();
  #storing: string | null = null;
  /** gaps that are being written down and not told yet */
  #telling: Promise<unknown> = Promise.resolve();
  /** from the start where the last one stopped: who stops this one before its first post must not begin again */
  #offset: number;

  constructor(options: TrackerOptions) {
    this.#options = options;
    const { replayOf } = options.source;
    this.#offset = replayOf === null ? 0 : offsetOf(options.previous, replayOf);
    const { log, spool } = options;
    const told: Told = (problem) => {
      this.#storing = problem ?? null;
      options.report(problem ?? 'The log takes records again.');
    };
    this.#publisher = new Publisher(
      PROCESS,
      spool === undefined ? keepInLog(log, told) : keepInSpool(log, spool, told),
    );
    this.#intake = new Intake(options.source, this.#publisher, receiptClock(Date.now));
    this.#listening = new Listening(options.source.live, options.previous?.live ?? null, options.report);
    this.#filler = fillerFor(options, this.#publisher, {
      intake: this.#intake,
      note: (notes) => this.#note(notes),
      durable: () => this.#progress(),
    });
  }

  get counts(): Counts {
    return this.#intake.counters.all;
  }

  /** How far into a recorded input, in bytes of its unpacked text. */
  get offset(): number {
    return this.#offset;
  }

  /** Collects for these events from now on; lets go of what is archived or purged. */
  async want(known: KnownEvents): Promise<void> {
    const before = this.#known;
    this.#events = [...known.values()].filter((event) => event.status === 'active');
    const fresh = this.#events.filter(({ code }) => before.get(code)?.status !== 'active');
    await Promise.all(fresh.map(({ code }) => this.#makeTopic(code)));
    this.#known = known;
    this.#intake.want(this.#events);
    this.#filler?.want(known);
    this.#heard(this.#listening.want(before, this.#events));
    this.#options.source.want(this.#events);
    await this.#release(before);
  }

  /** Until the source has no more or `signal` aborts and all is durable. Why it could not be read to its end, in words. */
  async run(signal: AbortSignal): Promise<string | null> {
    await this.#progress();
    this.#note(this.#listening.restored);
    // A log that takes nothing for hours must not find hours of reports waiting.
    const tell = (): unknown => this.#storing ?? this.#progress();
    const filling = new AbortController();
    const filled = this.#filler?.run(AbortSignal.any([signal, filling.signal]));
    const timer = setInterval(tell, this.#replays ? REPLAY_PROGRESS_MS : PROGRESS_MS);
    try {
      for await (const items of this.#options.source.read(signal)) {
        for (const item of items) this.#take(item);
        await this.#publisher.room();
      }
      this.#listening.moved({ state: signal.aborted ? 'stopped' : 'finished' });
    } finally {
      clearInterval(timer);
      filling.abort();
    }
    const ended = Promise.resolve(filled).then(() => this.#end(!signal.aborted));
    await (signal.aborted ? within(LAST_WORDS_MS, ended) : ended);
    return this.#listening.standing.problem;
  }

  async #end(done: boolean): Promise<void> {
    await this.#telling;
    this.#note(this.#intake.rejected.take());
    await this.#progress(done);
  }

  /** One that cannot be made now is made when it gets its first post: no other event waits for it. */
  async #makeTopic(code: string): Promise<void> {
    await this.#options.log.createTopic(rawTweets(code)).catch((error: unknown) => {
      this.#options.report(`The topic of ${code} cannot be made yet: ${String(error)}`);
    });
  }

  get #replays(): boolean {
    return this.#options.source.replayOf !== null;
  }

  async #release(before: KnownEvents): Promise<void> {
    const ended = newlyEnded(before, this.#known);
    if (ended.length === 0) return;
    await this.#publisher.flush();
    this.#note(ended.map(({ code, version }) => ({ kind: 'event.released', event: code, version })));
  }

  #take(item: Item): void {
    if (item.kind === 'message' || item.kind === 'rejected') {
      if (item.kind === 'message') this.#intake.message(item);
      else this.#intake.reject(item);
      this.#offset = item.end;
    } else {
      this.#heard(this.#listening.take(item));
      if (item.kind === 'connected' || item.kind === 'collecting') void this.#progress();
    }
  }

  /** What opens a gap is known to the next tracker before anybody hears of it: one that nobody remembers would never close. */
  #heard(notes: readonly Note[]): void {
    this.#filler?.closed(notes);
    const opened = notes.filter(({ kind }) => kind === 'gap.opened');
    this.#note(notes.filter(({ kind }) => kind !== 'gap.opened'));
    if (opened.length === 0) return;
    this.#telling = Promise.all([this.#telling, this.#progress()]).then(() => this.#note(opened));
  }

  #note(notes: readonly Note[]): void {
    for (const note of notes) {
      const code = 'event' in note ? note.event : undefined;
      this.#publisher.message(noted(PROCESS, code, note));
    }
  }

  /** Resolves when what was read until now, and then the word of it, is durable. */
  async #progress(done = false): Promise<void> {
    const now = Date.now();
    if (this.#intake.rejected.due(now) || this.#replays) this.#note(this.#intake.rejected.take());
    const progress = progressAt(now, {
      ...this.#options,
      listening: this.#listening,
      intake: this.#intake,
      filler: this.#filler,
      startedAt: this.#startedAt,
      storing: this.#storing,
      reached: { offset: this.#offset, done },
    });
    await this.#publisher.flush();
    this.#publisher.message(progressed(PROCESS, progress));
    await this.#publisher.flush();
  }
}
