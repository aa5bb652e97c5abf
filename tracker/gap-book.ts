// The closed gaps that wait for search, and what the ledger hears of them. Knows the events; searches nothing itself.
import type { GapFill, Note, SearchProgress } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import * as queue from './gap-queue.ts';
import type { Search } from './gap-search.ts';
import * as words from './gap-words.ts';
import type { KnownEvents } from './known-events.ts';

const TELL_MS = 5 * 60_000;

export class GapBook {
  readonly #search: Search;
  readonly #note: (notes: readonly Note[]) => void;
  readonly #fills: Map<string, GapFill>;
  readonly #toldAt = new Map<string, number>();
  #lookedBack: Set<string>;
  #known: KnownEvents = new Map();

  constructor(
    search: Search,
    previous: SearchProgress | null | undefined,
    note: (notes: readonly Note[]) => void,
  ) {
    this.#search = search;
    this.#note = note;
    this.#fills = new Map(previous?.fills.map((fill) => [queue.keyOf(fill), fill]));
    this.#lookedBack = new Set(previous?.lookedBack);
  }

  get fills(): readonly GapFill[] {
    return [...this.#fills.values()];
  }

  get lookedBack(): readonly string[] {
    return [...this.#lookedBack];
  }

  /** The events as they are now: what waits for those that are over waits no longer, and who wishes to look back does. */
  want(known: KnownEvents): void {
    this.#known = known;
    const off = this.#search.postsPerDay === 0;
    for (const fill of this.fills) {
      if (off) this.#end(fill, words.SWITCHED_OFF);
      else if (!this.#isWanted(fill.event)) this.#end(fill, words.ARCHIVED);
    }
    this.#lookedBack = new Set(this.lookedBack.filter((code) => this.#isWanted(code)));
    for (const event of known.values()) this.#lookBack(event);
  }

  closed(notes: readonly Note[]): void {
    for (const note of notes) if (note.kind === 'gap.closed') this.#add(note);
  }

  /** Whether this is still what is to be done: a gap may have opened again, or its event be over. */
  has(fill: GapFill): boolean {
    return this.#fills.get(queue.keyOf(fill)) === fill;
  }

  /** `note` tells what there is to tell, at once where it is `urgent`, else now and then. */
  goOn(after: GapFill, note: string, urgent: boolean): void {
    const key = queue.keyOf(after);
    this.#fills.set(key, after);
    if (!urgent && Date.now() - (this.#toldAt.get(key) ?? 0) < TELL_MS) return;
    this.#toldAt.set(key, Date.now());
    this.#note([words.filled(after, note)]);
  }

  finish(fill: GapFill, note: string): void {
    this.#end(fill, note);
  }

  #end(fill: GapFill, note: string): void {
    const key = queue.keyOf(fill);
    this.#fills.delete(key);
    this.#toldAt.delete(key);
    this.#note([words.filled(fill, note)]);
  }

  #isWanted(code: string): boolean {
    const status = this.#known.get(code)?.status;
    return status === 'active' || status === 'paused';
  }

  #lookBack(event: CrisisEvent): void {
    const { code, status, collectSince } = event;
    if (status !== 'active' || collectSince === null || this.#lookedBack.has(code)) return;
    this.#lookedBack.add(code);
    const gap = words.lookBack(code, collectSince, queue.iso(Date.now()));
    this.#note([gap]);
    this.#add(gap);
  }

  #add(gap: words.GapNote): void {
    const { from, to } = gap;
    const keywords = this.#known.get(gap.event)?.keywords;
    if (keywords === undefined || !this.#isWanted(gap.event) || to === null || to <= from) return;
    const fill = queue.newFill({ ...gap, to }, keywords, Date.now() + this.#search.firstMs);
    const others = this.fills.filter((other) => queue.keyOf(other) !== queue.keyOf(fill));
    if (this.#search.postsPerDay === 0) this.#end(fill, words.SWITCHED_OFF);
    else if (!queue.fits(others, fill)) this.#end(fill, words.TOO_MANY);
    else this.#fills.set(queue.keyOf(fill), fill);
  }
}
