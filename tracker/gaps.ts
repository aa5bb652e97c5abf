// The gap ledger: for every active event either somebody listens for it, or a gap of it is open. Pure but for what it holds.
import type { Note } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';

export interface OpenGap {
  /** RFC 3339 */
  readonly from: string;
  readonly reason: string;
}

export type OpenGaps = Readonly<Record<string, OpenGap>>;

/** X delivers 99 of 100 posts within 7 s (facts/x-api §1.1): what it had not sent when the stream broke is older than the last byte. */
const LATENCY_MS = 10_000;
/** What a dead tracker may have received but not made durable before its last word. */
const MARGIN_MS = 90_000;
const NOTE = 'Posts of this time may be missing.';

type GapNote = Extract<Note, { kind: 'gap.opened' | 'gap.closed' | 'gap.filled' }>;

const iso = (ms: number): string => new Date(ms).toISOString();

export class Gaps {
  #open = new Map<string, OpenGap>();
  /** by event where its last gap that was closed began */
  #closed = new Map<string, string>();
  #collecting = new Set<string>();
  #connected = false;
  #lost: OpenGap;

  /**
   * `previous` is what the last tracker wrote: how far it got (`at`) and which gaps were open. Without one,
   * nothing was collected before `now` that could be missed, but what came since an event was made is.
   */
  constructor(previous: { at: string; gaps: OpenGaps } | undefined, now: number) {
    if (previous === undefined) {
      this.#lost = { from: iso(now), reason: 'The collection was starting.' };
      return;
    }
    // A last word from the future is of a clock that was set back since: a gap that begins there would miss this outage.
    const last = Math.min(Date.parse(previous.at), now);
    this.#lost = { from: iso(last - MARGIN_MS), reason: 'The tracker was not running.' };
    this.#open = new Map(Object.entries(previous.gaps));
  }

  /** The gaps that the last tracker left open, said again: it may have died before it could. */
  get restored(): GapNote[] {
    return [...this.#open].map(([code, gap]) => this.#note('gap.opened', code, gap, null));
  }

  /** The events to collect for have changed. `changed` are those that X does not collect for as they are now. */
  want(events: readonly CrisisEvent[], now: number): GapNote[] {
    const wanted = new Map(events.map((event) => [event.code, event]));
    const notes: GapNote[] = [];
    for (const code of this.#open.keys()) {
      if (!wanted.has(code)) notes.push(...this.#close(code, now));
    }
    this.#collecting = new Set([...this.#collecting].filter((code) => wanted.has(code)));
    for (const event of events) {
      if (this.#connected && this.#collecting.has(event.code)) continue;
      notes.push(...this.#miss(event.code, this.#gapOf(event)));
    }
    return notes;
  }

  /** An event's keywords have changed: until the service collects for them, posts may be missing. */
  changed(event: CrisisEvent): void {
    this.#collecting.delete(event.code);
  }

  collecting(codes: readonly string[], now: number): GapNote[] {
    for (const code of codes) this.#collecting.add(code);
    return this.#connected ? codes.flatMap((code) => this.#close(code, now)) : [];
  }

  /** Nobody collects for these events any more, since `at`, although connected. */
  uncollected(codes: readonly string[], at: number, reason: string): GapNote[] {
    for (const code of codes) this.#collecting.delete(code);
    return codes.flatMap((code) => this.#miss(code, { from: iso(at), reason }));
  }

  /** All times so far were of a clock that is `ms` behind the right one. Of a gap under its old beginning nothing is left. */
  redate(ms: number): GapNote[] {
    if (ms === 0) return [];
    const later = (gap: OpenGap): OpenGap => ({ ...gap, from: iso(Date.parse(gap.from) + ms) });
    this.#lost = later(this.#lost);
    return [...this.#open].flatMap(([code, gap]) => [
      ...this.#close(code, Date.parse(gap.from)),
      ...this.#miss(code, later(gap)),
    ]);
  }

  connected(now: number): GapNote[] {
    this.#connected = true;
    return [...this.#collecting].flatMap((code) => this.#close(code, now));
  }

  lost(at: number, reason: string, events: readonly CrisisEvent[]): GapNote[] {
    this.#connected = false;
    this.#lost = { from: iso(at - LATENCY_MS), reason };
    return events.flatMap((event) => {
      const gap = this.#gapOf(event);
      return [...this.#giveWay(event.code, gap.from), ...this.#miss(event.code, gap)];
    });
  }

  get open(): OpenGaps {
    return Object.fromEntries(this.#open);
  }

  #miss(code: string, gap: OpenGap): GapNote[] {
    if (this.#open.has(code)) return [];
    // One that was closed does not open again (store.ts, saveGap): of an event so young, another one begins a moment later.
    const taken = this.#closed.get(code) === gap.from;
    const open = taken ? { ...gap, from: iso(Date.parse(gap.from) + 1) } : gap;
    this.#open.set(code, open);
    return [this.#note('gap.opened', code, open, null)];
  }

  /** Nothing is left of an open gap that one from further back takes the place of. */
  #giveWay(code: string, from: string): GapNote[] {
    const gap = this.#open.get(code);
    return gap === undefined || gap.from <= from ? [] : this.#close(code, Date.parse(gap.from));
  }

  #gapOf(event: CrisisEvent): OpenGap {
    if (this.#connected) return { from: event.updatedAt, reason: 'X was not yet collecting these keywords.' };
    const { from, reason } = this.#lost;
    return { from: event.createdAt > from ? event.createdAt : from, reason };
  }

  #close(code: string, now: number): GapNote[] {
    const gap = this.#open.get(code);
    if (gap === undefined) return [];
    this.#open.delete(code);
    this.#closed.set(code, gap.from);
    return [this.#note('gap.closed', code, gap, iso(Math.max(now, Date.parse(gap.from))))];
  }

  #note(kind: GapNote['kind'], event: string, gap: OpenGap, to: string | null): GapNote {
    return { kind, event, from: gap.from, to, reason: gap.reason, recovered: 0, note: NOTE };
  }
}
