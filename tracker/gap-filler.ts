// Fills closed gaps by search: a page at a time, beside the stream and never in its way. What is left to do is part of each
// progress, so that the next tracker goes on. Says in the ledger how far it is. How search is paced is the source's.
import type { GapFill, Note, SearchProgress } from '../eventing/collection.ts';
import { Budget } from './budget.ts';
import { GapBook } from './gap-book.ts';
import * as queue from './gap-queue.ts';
import { SearchFailed, type FoundPage, type FoundPost, type Search } from './gap-search.ts';
import * as words from './gap-words.ts';
import type { KnownEvents } from './known-events.ts';
import { compile, type Matcher } from './matcher.ts';
import { Wakeup } from './wakeup.ts';

const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 15 * 60_000;
const LONGEST_WAIT_MS = 60_000;
const DAY_MS = 86_400_000;

export interface Filling {
  readonly search: Search;
  readonly previous: SearchProgress | null | undefined;
  /** of everything that the source costs */
  readonly budget: Budget;
  /** Hands a post on for an event if its keywords match: which ones. */
  readonly hand: (code: string, matcher: Matcher, bytes: Uint8Array) => readonly string[];
  readonly reject: (bytes: Uint8Array) => void;
  readonly note: (notes: readonly Note[]) => void;
  /** Resolves when more may be handed on. */
  readonly room: (signal: AbortSignal) => Promise<void>;
  /** Resolves when what was handed on, and then `standing`, is durable. */
  readonly durable: () => Promise<void>;
  readonly report: (message: string) => void;
}

export class GapFiller {
  readonly #with: Filling;
  readonly #book: GapBook;
  /** of search alone */
  readonly #budget: Budget;
  readonly #changed = new Wakeup();
  /** posts of a page that is under way: paid for, should this process die */
  #reserved = 0;
  #failures = 0;
  #resumeAt = 0;
  /** why nothing is asked until then */
  #resting = '';

  constructor(options: Filling) {
    this.#with = options;
    const { search, previous, note } = options;
    this.#budget = new Budget(previous?.spent, search.postsPerDay || undefined, Date.now);
    this.#book = new GapBook(search, previous, note);
  }

  get standing(): SearchProgress {
    const { spent } = this.#budget;
    const [today, thisMonth] = [spent.today + this.#reserved, spent.thisMonth + this.#reserved];
    const { fills, lookedBack } = this.#book;
    return { spent: { ...spent, today, thisMonth }, fills: [...fills], lookedBack: [...lookedBack] };
  }

  /** The events as they are now. Nothing more is handed on for those that are over when it returns. */
  want(known: KnownEvents): void {
    this.#book.want(known);
    this.#changed.wake();
  }

  /** Gaps that have closed are searched from now on. */
  closed(notes: readonly Note[]): void {
    this.#book.closed(notes);
    if (Date.now() < this.#resumeAt) this.#tell(this.#book.fills, false);
    this.#changed.wake();
  }

  /** Until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = Date.now();
      const { fills } = this.#book;
      const fill = now < this.#resumeAt ? undefined : queue.nextOf(fills, now);
      const due = queue.untilNext(fills, now, LONGEST_WAIT_MS);
      if (fill === undefined) await this.#changed.wait(Math.max(due, this.#resumeAt - now), signal);
      else await this.#step(fill, signal);
    }
  }

  async #step(fill: GapFill, signal: AbortSignal): Promise<void> {
    const { search, room, durable } = this.#with;
    const span = queue.spanOf(fill);
    const from = Math.max(span.from, Date.now() - search.reachMs);
    const query = search.queries(fill.keywords)[fill.query];
    if (query === undefined || from > span.to) return this.#goOn({ ...fill, ...outOf(span, from) }, null);
    const most = this.#mostNow();
    if (most < search.fewest) return this.#stopForToday();
    await room(signal);
    this.#reserved = most;
    try {
      await durable();
      signal.throwIfAborted();
      const asked = { query: query.query, from, to: span.to, next: fill.next, most };
      const page = await search.page(asked, signal);
      this.#failures = 0;
      this.#take(fill, page, outOf(span, from));
    } catch (error) {
      // A page that was asked for and not waited for may have been paid for.
      if (signal.aborted) return;
      this.#failed(fill, error);
    }
    this.#reserved = 0;
  }

  /** How many posts may still be read now. */
  #mostNow(): number {
    const left = [this.#budget, this.#with.budget].map(({ spent }) =>
      spent.perDay === null ? Infinity : spent.perDay - spent.today,
    );
    return Math.min(this.#with.search.most, ...left);
  }

  #take(fill: GapFill, page: FoundPage, reached: Partial<GapFill>): void {
    for (const budget of [this.#budget, this.#with.budget]) budget.spend(page.read);
    if (!this.#book.has(fill)) return;
    for (const bytes of page.unreadable) this.#with.reject(bytes);
    const matcher = compile([{ code: fill.event, keywords: fill.keywords }]);
    const queries = this.#with.search.queries(fill.keywords);
    const counts = ({ bytes }: FoundPost): boolean => {
      const matched = this.#with.hand(fill.event, matcher, bytes);
      return matched.length > 0 && queue.isOfQuery(queries, fill.query, matched);
    };
    this.#goOn({ ...queue.counted(fill, page.posts.filter(counts)), ...reached }, page.next);
  }

  /** Behind a page, or behind the last that there is to ask. */
  #goOn(fill: GapFill, next: string | null): void {
    const { search } = this.#with;
    const now = Date.now();
    const again = now + search.againMs;
    const after = queue.moved(fill, next, search.queries(fill.keywords), again);
    if (after === undefined) return this.#book.finish(fill, words.searched(fill, now, search.blind));
    const ends = after.round !== fill.round;
    const note = words.stillSearching(fill, now, ends ? words.again(again) : words.GOES_ON);
    this.#book.goOn(after, note, ends);
  }

  #failed(fill: GapFill, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.#failures === 0) this.#with.report(`A gap of ${fill.event} cannot be searched now: ${message}`);
    this.#failures += 1;
    if (!this.#book.has(fill)) return;
    const retry = error instanceof SearchFailed ? error.retryMs : undefined;
    if (retry === null) return this.#goOn({ ...fill, refused: fill.refused || message }, null);
    const backOff = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LONGEST_RETRY_MS);
    this.#rest(retry ?? backOff, words.failing(message));
    this.#tell([fill], false);
  }

  #stopForToday(): void {
    this.#rest(DAY_MS - (Date.now() % DAY_MS), words.USED_UP);
    this.#tell(this.#book.fills, true);
  }

  #rest(ms: number, why: string): void {
    this.#resumeAt = Date.now() + ms;
    this.#resting = why;
  }

  #tell(fills: readonly GapFill[], urgent: boolean): void {
    for (const fill of fills) {
      this.#book.goOn(fill, words.stillSearching(fill, Date.now(), this.#resting), urgent);
    }
  }
}

/** How far back was searched, where that is less than was to be. */
function outOf(span: { from: number; to: number }, from: number): { reached?: string } {
  return from > span.from ? { reached: queue.iso(Math.min(from, span.to)) } : {};
}
