// The tracker: reads its source, hands posts to the log by event, keeps the gap ledger and says how far it got.
// Its only state is what it writes to `progress`.
import { noted, progressed } from '../eventing/cloud-events.ts';
import type { Note, Progress } from '../eventing/collection.ts';
import type { Log } from '../eventing/log.ts';
import { rawTweets } from '../eventing/topics.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import type { Counts } from './counters.ts';
import { Intake } from './intake.ts';
import { newlyEnded, type KnownEvents } from './known-events.ts';
import { Listening } from './listening.ts';
import { Publisher } from './publisher.ts';
import { receiptClock } from './receipt-clock.ts';
import { offsetOf } from './replay-source.ts';
import type { Item, Source } from './source.ts';

const PROGRESS_MS = 5_000;
/** A replay repeats what it did since its last word. */
const REPLAY_PROGRESS_MS = 500;
const NOTES_MS = 60_000;
const PROCESS = 'tracker';

export interface TrackerOptions {
  readonly log: Log;
  readonly source: Source;
  readonly install: string;
  readonly previous: Progress | undefined;
  /** for the operator: what goes wrong, and that it works again */
  readonly report: (message: string) => void;
}

export class Tracker {
  readonly #options: TrackerOptions;
  readonly #publisher: Publisher;
  readonly #intake: Intake;
  readonly #listening: Listening;
  readonly #startedAt = new Date().toISOString();
  #events: readonly CrisisEvent[] = [];
  #known: KnownEvents = new Map();
  #storing: string | null = null;
  /** gaps that are being written down and not told yet */
  #telling: Promise<unknown> = Promise.resolve();
  /** from the start where the last one stopped: who stops this one before its first post must not begin again */
  #offset: number;
  #notedAt = Date.now();

  constructor(options: TrackerOptions) {
    this.#options = options;
    const { replayOf } = options.source;
    this.#offset = replayOf === null ? 0 : offsetOf(options.previous, replayOf);
    this.#publisher = new Publisher({
      log: options.log,
      process: PROCESS,
      report: (problem) => {
        this.#storing = problem ?? null;
        options.report(problem ?? 'The log takes records again.');
      },
    });
    this.#intake = new Intake(options.source, this.#publisher, receiptClock(Date.now));
    this.#listening = new Listening(options.source.live, options.previous?.live ?? null, options.report);
  }

  get counts(): Counts {
    return this.#intake.counters.all;
  }

  /** How far into a recorded input, in bytes of its unpacked text. */
  get offset(): number {
    return this.#offset;
  }

  /** Collects for these events from now on; lets go of what is archived or purged. The topics are there when it resolves. */
  async want(known: KnownEvents): Promise<void> {
    const before = this.#known;
    for (const event of known.values()) {
      if (event.status === 'active' && before.get(event.code)?.status !== 'active') {
        await this.#options.log.createTopic(rawTweets(event.code));
      }
    }
    this.#known = known;
    this.#events = [...known.values()].filter((event) => event.status === 'active');
    this.#intake.want(this.#events);
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
    const timer = setInterval(tell, this.#replays ? REPLAY_PROGRESS_MS : PROGRESS_MS);
    try {
      for await (const items of this.#options.source.read(signal)) {
        for (const item of items) this.#take(item);
        await this.#publisher.room();
      }
      this.#listening.moved({ state: signal.aborted ? 'stopped' : 'finished' });
    } finally {
      clearInterval(timer);
    }
    await this.#telling;
    this.#note(this.#intake.rejected.take());
    await this.#progress(!signal.aborted);
    return this.#listening.standing.problem;
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
      if (item.kind === 'connected') void this.#progress();
    }
  }

  /** What opens a gap is known to the next tracker before anybody hears of it: one that nobody remembers would never close. */
  #heard(notes: readonly Note[]): void {
    if (notes.some(({ kind }) => kind === 'gap.opened')) {
      this.#telling = Promise.all([this.#telling, this.#progress()]).then(() => this.#note(notes));
    } else {
      this.#note(notes);
    }
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
    if (this.#replays || this.#intake.rejected.full || now - this.#notedAt >= NOTES_MS) {
      this.#notedAt = now;
      this.#note(this.#intake.rejected.take());
    }
    const progress = this.#snapshot(now, done);
    await this.#publisher.flush();
    this.#publisher.message(progressed(PROCESS, progress));
    await this.#publisher.flush();
  }

  #snapshot(now: number, done: boolean): Progress {
    const { matchedByEvent: _, ...counts } = this.counts;
    const { source, previous } = this.#options;
    const at = new Date(now).toISOString();
    return {
      ...sourceWord(this.#options, { offset: this.#offset, done }),
      ...this.#listening.standing,
      ...counts,
      at,
      startedAt: this.#startedAt,
      problem: this.#storing ?? this.#listening.standing.problem,
      lastPostAt: this.#intake.lastPostAt,
      rate: this.#intake.counters.rate(now),
      spoolBytes: this.#publisher.pendingBytes,
      live: source.live ? { at, gaps: this.#listening.openGaps } : (previous?.live ?? null),
    };
  }
}

/** What a progress says of the source; a live one passes on where the last replay was. */
function sourceWord(
  { source, install, previous }: TrackerOptions,
  reached: { offset: number; done: boolean },
) {
  const replay = source.replayOf ? { ...source.replayOf, ...reached } : (previous?.replay ?? null);
  return { install, source: source.name, rules: source.rules(), replay };
}
