// What a source says of itself: what it is doing, for the status, and what that means for the gap ledger.
import type { Note, Progress } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import { Gaps, type OpenGaps } from './gaps.ts';
import { newlyWorded, type KnownEvents } from './known-events.ts';
import type { Item } from './source.ts';

/** What the source is doing. */
export type Standing = Pick<Progress, 'state' | 'problem' | 'connectedSince'>;
export type SelfItem = Exclude<Item, { kind: 'message' | 'rejected' }>;

export class Listening {
  readonly #live: boolean;
  readonly #gaps: Gaps;
  readonly #report: (problem: string) => void;
  #events: readonly CrisisEvent[] = [];
  #standing: Standing = { state: 'starting', problem: null, connectedSince: null };

  /** `live`: what is not heard is missed. `previous` as the last tracker left it. */
  constructor(live: boolean, previous: Progress['live'], report: (problem: string) => void) {
    this.#live = live;
    this.#gaps = new Gaps(previous ?? undefined, Date.now());
    this.#report = report;
  }

  get standing(): Standing {
    return this.#standing;
  }

  get openGaps(): OpenGaps {
    return this.#gaps.open;
  }

  /** The gaps that the last tracker left open. */
  get restored(): readonly Note[] {
    return this.#live ? this.#gaps.restored : [];
  }

  /** What the ledger says when these events are wanted; `before` is what was known until now. */
  want(before: KnownEvents, events: readonly CrisisEvent[]): readonly Note[] {
    this.#events = events;
    if (!this.#live) return [];
    for (const event of newlyWorded(before, events)) this.#gaps.changed(event);
    return this.#gaps.want(events, Date.now());
  }

  /** What is to be noted. */
  take(item: SelfItem): readonly Note[] {
    switch (item.kind) {
      case 'connected':
        this.moved({ state: 'connected', problem: null, connectedSince: new Date(item.at).toISOString() });
        return this.#gaps.connected(item.at);
      case 'lost':
        this.moved({ state: 'waiting', problem: item.reason, connectedSince: null });
        return this.#gaps.lost(item.at, item.reason, this.#events);
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

  moved(to: Partial<Standing>): void {
    if (to.problem && to.problem !== this.#standing.problem) this.#report(to.problem);
    this.#standing = { ...this.#standing, ...to };
  }
}
