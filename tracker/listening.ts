// What a source says of itself: what it is doing, for the status, and what that means for the gap ledger.
import type { Note, Progress } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import { Gaps } from './gaps.ts';
import { newlyWorded, type KnownEvents } from './known-events.ts';
import { STOPPED, type Item } from './source.ts';

/** What the source is doing. */
export type Standing = Pick<Progress, 'state' | 'problem' | 'connectedSince'>;
export type SelfItem = Exclude<Item, { kind: 'message' | 'rejected' }>;

const LOST = { state: 'waiting', connectedSince: null };

export class Listening {
  readonly #live: boolean;
  readonly #gaps: Gaps;
  readonly #report: (problem: string) => void;
  readonly #startedAt = new Date().toISOString();
  #events: readonly CrisisEvent[] = [];
  /** null until the service's clock is known, by this tracker or the one before */
  #aheadMs: number | null;
  #standing: Standing = { state: 'starting', problem: null, connectedSince: null };

  /** `live`: what is not heard is missed. `previous` as the last tracker left it. */
  constructor(live: boolean, previous: Progress['live'], report: (problem: string) => void) {
    this.#live = live;
    this.#aheadMs = previous?.aheadMs ?? null;
    this.#gaps = new Gaps(previous ?? undefined, this.#now());
    this.#report = report;
  }

  /** For the next tracker: everything before `now`, in our clock, is durable. */
  liveAt(now: number): Progress['live'] {
    const at = new Date(now + (this.#aheadMs ?? 0)).toISOString();
    return { at, gaps: this.#gaps.open, aheadMs: this.#aheadMs };
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** The gaps that the last tracker left open. */
  get restored(): readonly Note[] {
    return this.#live ? this.#gaps.restored : [];
  }

  /** What the ledger says when these events are wanted; `before` is what was known until now. */
  want(before: KnownEvents, events: readonly CrisisEvent[]): readonly Note[] {
    this.#events = events.map((event) => (before.has(event.code) ? event : this.#sinceItWasMade(event)));
    if (!this.#live) return [];
    for (const event of newlyWorded(before, events)) this.#gaps.changed(event);
    return this.#gaps.want(this.#timed(), this.#now());
  }

  /** What is to be noted. */
  take(item: SelfItem): readonly Note[] {
    switch (item.kind) {
      case 'connected':
        this.moved({ state: 'connected', problem: null, connectedSince: new Date(item.at).toISOString() });
        return [...this.#learnClock(item.aheadMs), ...this.#gaps.connected(item.at)];
      case 'lost':
        this.moved({ ...LOST, problem: item.reason === STOPPED ? null : item.reason });
        return this.#gaps.lost(item.at, item.reason, this.#timed());
      case 'uncollected':
        return this.#gaps.uncollected(item.events, item.at, item.reason);
      case 'collecting':
        return this.#gaps.collecting(item.events, item.at);
      case 'refused':
        return [{ ...item, kind: 'rule.refused', keywords: [...item.keywords] }];
      default:
        this.moved({ state: item.state, problem: item.problem });
        return [];
    }
  }

  /** One that was changed before we first heard of it has been wanted for longer than as it is now. */
  #sinceItWasMade(event: CrisisEvent): CrisisEvent {
    const { createdAt, updatedAt } = event;
    const since = createdAt > this.#startedAt ? createdAt : this.#startedAt;
    return { ...event, updatedAt: since < updatedAt ? since : updatedAt };
  }

  /** What was written down before the service's clock was known is in ours. */
  #learnClock(aheadMs: number): readonly Note[] {
    const first = this.#aheadMs === null;
    this.#aheadMs = aheadMs;
    return first && this.#live ? this.#gaps.redate(aheadMs) : [];
  }

  /** In the service's clock, as far as that is known. */
  #now(): number {
    return Date.now() + (this.#aheadMs ?? 0);
  }

  /** The events with times in the source's clock, as gaps have them. */
  #timed(): CrisisEvent[] {
    const aheadMs = this.#aheadMs ?? 0;
    const shifted = (time: string): string => new Date(Date.parse(time) + aheadMs).toISOString();
    return this.#events.map((event) => ({
      ...event,
      createdAt: shifted(event.createdAt),
      updatedAt: shifted(event.updatedAt),
    }));
  }

  moved(to: Partial<Standing>): void {
    if (to.problem && to.problem !== this.#standing.problem) this.#report(to.problem);
    this.#standing = { ...this.#standing, ...to };
  }
}
