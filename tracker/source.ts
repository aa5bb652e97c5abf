// Where posts come from. A source knows nothing of topics, gaps or the database: it tells what came and when it could not listen.
import type { Progress } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import type { Search } from './gap-search.ts';
import type { RejectedDocument } from './rejection.ts';

/** Why a source that was told to stop is lost: no problem, but a gap. */
export const STOPPED = 'The tracker was stopped.';

/** What the service collects by: rules in force, what it refuses, and what else it has. */
export type Rules = Pick<Progress, 'rules' | 'refused' | 'foreignRules'>;

/** Of a source that collects by keywords alone. */
export const NO_RULES: Rules = {
  rules: 0,
  refused: [],
  foreignRules: { count: 0, ofOtherInstalls: 0, examples: [] },
};

/** Times are ms since 1970, in the clock of whoever sends the posts. */
export type Item =
  /** one message, not yet read; `end` is where a later reading may go on (0 where there is no such place) */
  | { readonly kind: 'message'; readonly bytes: Uint8Array; readonly end: number }
  /** what cannot be a message, its first 64 KB */
  | RejectedDocument
  /** listening since `at`; the service's clock is so many ms ahead of ours */
  | { readonly kind: 'connected'; readonly at: number; readonly aheadMs: number }
  /** the last that was heard was at `at`; what came since then may be missing */
  | { readonly kind: 'lost'; readonly at: number; readonly reason: string }
  /** everything these events ask for is being listened to, while connected */
  | { readonly kind: 'collecting'; readonly at: number; readonly events: readonly string[] }
  /** since `at` nothing may have come for these events, although connected; `collecting` says when it does again */
  | {
      readonly kind: 'uncollected';
      readonly at: number;
      readonly events: readonly string[];
      readonly reason: string;
    }
  /** the service will not collect these keywords */
  | {
      readonly kind: 'refused';
      readonly event: string;
      readonly keywords: readonly string[];
      readonly reason: string;
    }
  /** for the status: what the source is doing */
  | { readonly kind: 'state'; readonly state: string; readonly problem: string | null };

export interface Source {
  readonly name: string;
  readonly via: 'stream' | 'replay';
  /** what it does not hear is missed: its outages are gaps */
  readonly live: boolean;
  /** What a recorded input is and what it is read for, so that a later reading can go on; null for a live stream. */
  readonly replayOf: { readonly file: string; readonly wanted: string } | null;
  /** What came, in order, until `signal` aborts or there is no more. The next is asked for when the last is dealt with. */
  read(signal: AbortSignal): AsyncIterable<readonly Item[]>;
  /** Which events to collect for from now on. */
  want(events: readonly CrisisEvent[]): void;
  /** The wanted events that the service's own rule stands for; empty where keywords alone decide. */
  eventsOfRule(tag: string): readonly string[];
  /** Whether the service collects for this event as it is now, and so decides which posts are its; else keywords do. */
  collects(code: string): boolean;
  /** For the status. */
  rules(): Rules;
  /** For what was not heard; null where the past cannot be asked for. */
  readonly search: Search | null;
}
