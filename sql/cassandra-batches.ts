// Which tweets go to Cassandra together: those of one partition, a megabyte at a time. Pure.
import type { EncodedTweet } from './cassandra-rows.ts';

// A batch is one mutation: half a commit log segment (16 MiB by default, 4 MiB in a small node) at most.
const BATCH_BYTES = 1_000_000;
const BATCH_TWEETS = 100;

/** Batches of one partition each, in the order of the tweets; one that is longer than a batch may be goes alone. */
export function batchesOf(tweets: readonly EncodedTweet[]): EncodedTweet[][] {
  const open = new Map<string, { batch: EncodedTweet[]; bytes: number }>();
  const batches: EncodedTweet[][] = [];
  for (const encoded of tweets) {
    const { event_name: event, bucket } = encoded.tweet.row;
    const key = `${bucket} ${event}`;
    const last = open.get(key);
    if (last !== undefined && last.batch.length < BATCH_TWEETS && last.bytes + encoded.bytes <= BATCH_BYTES) {
      last.batch.push(encoded);
      last.bytes += encoded.bytes;
      continue;
    }
    const batch = [encoded];
    batches.push(batch);
    open.set(key, { batch, bytes: encoded.bytes });
  }
  return batches;
}
