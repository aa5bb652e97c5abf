// The tracker: reads its source, hands posts to the log by event, keeps the gap ledger and says how far it got.
// Its only state is what it writes to `progress`.
import { noted, progressed } from '../eventing/cloud-events.ts';
import type { Note, Progress } from '../eventing/collection.ts';
import type { Log } from '../eventing/log.ts';
import { rawTweets } from '../eventing/topics.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import type { Counts } from './counters.ts';
import { Gaps } from './gaps.ts';
import { Intake } from './intake.ts';
import { newlyEnded, newlyWorded, type KnownEvents } from './known-events.ts';
import { Publisher } from './publisher.ts';
import { receiptClock } from './receipt-clock.ts';
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

/** What the source is doing. */
type Standing = Pick<Progress, 'state' | 'problem' | 'connectedSince'>;

export class Tracker {
  readonly #options: TrackerOptions;
  readonly #publisher: Publisher;
  readonly #intake: Intake;
  readonly #gaps: Gaps;
  readonly #startedAt = new Date().toISOString();
  #events: readonly CrisisEvent[] = [];
  #known: KnownEvents = new Map();
  #standing: Standing = { state: 'starting', problem: null, connectedSince: null };
  #storing: string | null = null;
  #offset = 0;
  #notedAt = Date.now();

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#publisher = new Publisher({
      log: options.log,
      process: PROCESS,
      report: (problem) => {
        this.#storing = problem ?? null;
        options.report(problem ?? 'The log takes records again.');
      },
    });
    this.#intake = new Intake(options.source, this.#publisher, receiptClock(Date.now));
    this.#gaps = new Gaps(options.previous?.live ?? undefined, Date.now());
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
    if (this.#live) this.#wantLive(before);
    this.#options.source.want(this.#events);
    await this.#release(before);
  }

  /** Until the source has no more or `signal` aborts; then everything accepted is durable. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#progress();
    const timer = setInterval(() => void this.#progress(), this.#live ? PROGRESS_MS : REPLAY_PROGRESS_MS);
    try {
      for await (const items of this.#options.source.read(signal)) {
        for (const item of items) this.#take(item);
        await this.#publisher.room();
      }
      this.#moved({ state: signal.aborted ? 'stopped' : 'finished' });
    } finally {
      clearInterval(timer);
    }
    await this.#progress(!signal.aborted);
  }

  get #live(): boolean {
    return this.#options.source.replayOf === null;
  }

  #wantLive(before: KnownEvents): void {
    for (const event of newlyWorded(before, this.#events)) this.#gaps.changed(event);
    this.#note(this.#gaps.want(this.#events, Date.now()));
  }

  async #release(before: KnownEvents): Promise<void> {
    const ended = newlyEnded(before, this.#known);
    if (ended.length === 0) return;
    await this.#publisher.flush();
    this.#note(ended.map(({ code, version }) => ({ kind: 'event.released', event: code, version })));
  }

  #take(item: Item): void {
    switch (item.kind) {
      case 'message':
        this.#intake.message(item);
        this.#offset = item.end;
        break;
      case 'rejected':
        this.#intake.reject(item);
        this.#offset = item.end;
        break;
      case 'connected':
        this.#moved({ state: 'connected', problem: null, connectedSince: new Date(item.at).toISOString() });
        this.#note(this.#gaps.connected(item.at));
        void this.#progress();
        break;
      case 'lost':
        this.#moved({ state: 'waiting', problem: item.reason, connectedSince: null });
        this.#note(this.#gaps.lost(item.at, item.reason, this.#events));
        void this.#progress();
        break;
      case 'collecting':
        this.#note(this.#gaps.collecting(item.events, item.at));
        break;
      case 'refused':
        this.#note([{ ...item, kind: 'rule.refused', keywords: [...item.keywords] }]);
        break;
      case 'state':
        this.#moved({ state: item.state, problem: item.problem });
        break;
    }
  }

  #moved(to: Partial<Standing>): void {
    if (to.problem && to.problem !== this.#standing.problem) this.#options.report(to.problem);
    this.#standing = { ...this.#standing, ...to };
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
    if (!this.#live || this.#intake.rejected.full || now - this.#notedAt >= NOTES_MS || done) {
      this.#notedAt = now;
      this.#note(this.#intake.rejected.take());
    }
    const progress = this.#snapshot(now, done);
    await this.#publisher.flush();
    this.#publisher.message(progressed(PROCESS, progress));
    await this.#publisher.flush();
  }

  #snapshot(now: number, done: boolean): Progress {
    const { read, rejected, matched, control } = this.counts;
    const { source, install, previous } = this.#options;
    const at = new Date(now).toISOString();
    return {
      install,
      at,
      startedAt: this.#startedAt,
      source: source.name,
      ...this.#standing,
      problem: this.#storing ?? this.#standing.problem,
      read,
      matched,
      rejected,
      control,
      lastPostAt: this.#intake.lastPostAt,
      rules: source.rules(),
      rate: this.#intake.counters.rate(now),
      spoolBytes: this.#publisher.pendingBytes,
      live: this.#live ? { at, gaps: this.#gaps.open } : (previous?.live ?? null),
      replay: source.replayOf && { ...source.replayOf, offset: this.#offset, done },
    };
  }
}
