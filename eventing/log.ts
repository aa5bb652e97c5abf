// How things travel: topics of records, in order by key, kept until every group that reads them is done.

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** only the newest record of a key is kept */
  readonly compacted: boolean;
  /** how long a record is kept, in ms; a compacted topic keeps the newest of a key for ever */
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
}

/** Header names in lower case, values ASCII; absent headers are absent, never null. A null value is a tombstone. */
export interface Message {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array | null;
}

/** `offset` counts within the topic's partition; `time` is when the log took it, ms since 1970. */
export interface LogRecord extends Message {
  readonly partition: number;
  readonly offset: number;
  readonly time: number;
}

export interface Subscription {
  readonly topic: string;
  readonly group: string;
  /** records handled at once; 1 keeps the order of each partition */
  readonly inFlight: number;
  /** where a group without an offset begins */
  readonly from: 'earliest' | 'latest';
}

/** What a reader without a group gets: `caughtUp` once all that was there when it began has been read. */
export interface Tail {
  readonly records: readonly LogRecord[];
  readonly caughtUp: boolean;
}

/** `signal` aborts when the record is no longer this consumer's to finish: it is to end soon, and its error then counts for nothing. */
export type Handle = (record: LogRecord, signal: AbortSignal) => Promise<void>;

/** An engine's outage is waited out by `tail` and `consume`; any other call settles within half a minute. */
export interface Log {
  /** Idempotent; an existing topic is left as it is. */
  createTopic(spec: TopicSpec): Promise<void>;
  /** Idempotent; takes the topic's records and its groups' offsets with it. */
  deleteTopic(name: string): Promise<void>;
  topics(): Promise<string[]>;
  /**
   * Durable when it resolves, in this order by topic and key. Rejects whole; what was written may be written again.
   * Throws {@link NotAppendable} for a topic that does not exist and for a record over its topic's limit.
   */
  append(messages: readonly Message[]): Promise<void>;
  /** From the first record on, then followed until `signal` aborts. An empty topic is caught up at once; one that is not there rejects. */
  tail(topic: string, signal: AbortSignal): AsyncIterable<Tail>;
  /**
   * Handles each record of a group until `signal` aborts, then waits for those in flight. An offset is
   * committed only behind finished work, so a record may be handled twice, never not at all.
   * Rejects with the handler's error, should it throw: nothing at or after that record is committed.
   */
  consume(subscription: Subscription, handle: Handle, signal: AbortSignal): Promise<void>;
  /** Records that the group has yet to finish; none of a topic that is not there. */
  lag(group: string, topic: string): Promise<number>;
  deleteGroup(group: string): Promise<void>;
  /** In words for a person: what keeps it from taking records, or from keeping those that it took. */
  problems(): Promise<string[]>;
  close(): Promise<void>;
}

/** The log will not have these messages as they are: no retry will help. */
export class NotAppendable extends Error {
  override name = 'NotAppendable';
}
