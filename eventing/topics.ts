// The topics there are, their settings, and every name derived from an event's code.
import type { TopicSpec } from './log.ts';

const HOUR = 3_600_000;
const KEEP_FOR_EVER = -1;
// One post's message may have 512 KB and a record carries its envelope, too.
const RECORD_BYTES = 1_048_576;

const settings = {
  partitions: 1,
  compacted: false,
  retentionMs: 7 * 24 * HOUR,
  maxMessageBytes: RECORD_BYTES,
};

/** Every saved event, newest version by code. */
export const EVENTS: TopicSpec = { ...settings, name: 'events', compacted: true, retentionMs: KEEP_FOR_EVER };
/** How far each tracker got, newest by install. Has no KafkaSource: it moves every few seconds. */
export const PROGRESS: TopicSpec = {
  ...settings,
  name: 'progress',
  compacted: true,
  retentionMs: KEEP_FOR_EVER,
};
/** Rare facts about collecting: gaps, refused rules, releases, rejected lines. */
export const COLLECTION: TopicSpec = { ...settings, name: 'collection' };
/** Records that could not be delivered, with the reason in their headers: so any record has room, and the reason too. */
export const DEAD_LETTERS: TopicSpec = {
  ...settings,
  name: 'dead-letters',
  retentionMs: KEEP_FOR_EVER,
  maxMessageBytes: 2 * RECORD_BYTES,
};

export const FIXED_TOPICS: readonly TopicSpec[] = [EVENTS, PROGRESS, COLLECTION, DEAD_LETTERS];

const RAW = 'raw-tweets.';

/** An event's posts as they came, kept three days for a normalizer that was away. */
export function rawTweets(code: string): TopicSpec {
  return { ...settings, name: `${RAW}${code}`, partitions: 4, retentionMs: 72 * HOUR };
}

/** The settings of a topic that this system makes; undefined for any other name. */
export function specOf(name: string): TopicSpec | undefined {
  if (name.startsWith(RAW)) return rawTweets(name.slice(RAW.length));
  return FIXED_TOPICS.find((spec) => spec.name === name);
}
