// What is kept. Every write is an upsert on a natural key: delivered twice, in any order, it is the same row.
import type { CrisisEvent } from './crisis-event.ts';
import type { Gap, Rejected } from './ledger.ts';
import type { Tweet, TweetRow } from './tweet.ts';

/** `since` inclusive, `until` exclusive, both ms since 1970 of the post's own time. */
export interface Range {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface PageQuery extends Range {
  readonly limit: number;
  /** a `next` of an earlier page */
  readonly cursor?: string | undefined;
}

export interface TweetPage {
  readonly tweets: readonly TweetRow[];
  readonly next: string | null;
}

export type Step = 'minute' | 'hour' | 'day';

/** `start` in ms since 1970, aligned to the step in UTC. */
export interface Count {
  readonly start: number;
  readonly tweets: number;
}

/** A part of an event's messages as they were received, oldest first. `rest` is where the next part begins. */
export interface Messages {
  readonly chunks: AsyncIterable<readonly Uint8Array[]>;
  readonly rest: number | undefined;
}

/** A row that the database refused for what it holds; the rest of its batch is stored. */
export interface Refusal {
  readonly tweet: Tweet;
  readonly reason: string;
}

/** Whether the engine, as it is set up, keeps what it acknowledged. `problems` in words for a person. */
export interface Durability {
  readonly engine: string;
  readonly problems: readonly string[];
}

export interface Store {
  events(): Promise<CrisisEvent[]>;
  event(code: string): Promise<CrisisEvent | undefined>;
  /** False when the code was ever used, also by an archived or purged event. */
  createEvent(event: CrisisEvent): Promise<boolean>;
  /** Compare-and-set: false when the stored version is not `event.version - 1`. */
  changeEvent(event: CrisisEvent): Promise<boolean>;

  /** Durable when it resolves. Rejects on the engine's own failure, which is worth a retry. */
  saveTweets(tweets: readonly Tweet[]): Promise<Refusal[]>;
  /** Newest first. Throws {@link BadCursor} for a cursor that is none of ours. */
  tweets(code: string, query: PageQuery): Promise<TweetPage>;
  /**
   * What was stored when it was called; where the part ends is decided before its first byte. On Cassandra, which has no
   * snapshot, that is told by the servers' clocks to the millisecond, a message that a later copy replaces meanwhile comes in
   * either copy, and an event deleted meanwhile ends early. `chunks` is read once, and no further ahead than its reader. Whoever asks for messages reads to the end, leaves the loop or calls the iterator's
   * `return`; else the engine may give the reading up after minutes, and the next read rejects.
   */
  messages(code: string, range: Range): Promise<Messages>;
  /** Oldest first, empty steps left out. */
  counts(code: string, step: Step, range: Range): Promise<Count[]>;
  /** How many distinct tweets the event has. */
  total(code: string): Promise<number>;
  /**
   * Deletes what was stored for an event; the event itself stays, so that its code is never used again. Cassandra also keeps
   * away whatever was received before the deletion and is saved after it.
   */
  deleteTweets(code: string): Promise<void>;

  /**
   * Upsert on event, from and reason. Of several copies, in whatever order they come, one stands whole: a closed gap over an
   * open one, then the later `to`, then the more recovered, then the greater note (by its bytes in UTF-8).
   */
  saveGap(gap: Gap): Promise<void>;
  /** Newest first. */
  gaps(code: string): Promise<Gap[]>;
  saveRejected(rejected: readonly Rejected[]): Promise<void>;
  /** Newest first; for all events when `code` is undefined. */
  rejected(code: string | undefined, limit: number): Promise<Rejected[]>;
  /** The tracker let go of an archived or purged event, which it knew in this version. */
  saveRelease(code: string, version: number): Promise<void>;
  releases(): Promise<Map<string, number>>;

  durability(): Promise<Durability>;
  close(): Promise<void>;
}

export class BadCursor extends Error {
  override name = 'BadCursor';
}
