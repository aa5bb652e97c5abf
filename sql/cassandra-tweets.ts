// Writes tweets: row and message in one mutation, a partition's tweets together.
import { batchesOf } from './cassandra-batches.ts';
import { blamesContent, type Cql, type Statement } from './cassandra-client.ts';
import { forEach } from './cassandra-flow.ts';
import type { Notes } from './cassandra-notes.ts';
import { encodeLong, type EncodedTweet, encodeTweet, UnfitTweet } from './cassandra-rows.ts';
import type { Refusal } from './store.ts';
import { columnNames, type Tweet } from './tweet.ts';

// Per call. What one call saves is a record, about 1 MB in all; of tweets minutes apart each is a batch of its own.
const AT_ONCE = 32;

const INSERT = `INSERT INTO ks.tweet (${columnNames.join(', ')})
  VALUES (${columnNames.map(() => '?').join(', ')}) USING TIMESTAMP ?`;
const INSERT_RAW =
  'INSERT INTO ks.tweet_raw (event_name, bucket, t_id, raw) VALUES (?, ?, ?, ?) USING TIMESTAMP ?';
const SET_KEY = `UPDATE ks.tweet_key USING TIMESTAMP ? SET bytes = ?, first_stored[?] = - toUnixTimestamp(now())
  WHERE event_name = ? AND bucket = ? AND t_id = ?`;

/**
 * Stores the tweets and then notes their buckets. Rejects when anything is not acknowledged: whoever sends the same again
 * writes the same rows.
 */
export async function saveTweets(cql: Cql, notes: Notes, tweets: readonly Tweet[]): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  const encoded = tweets.flatMap((tweet) => {
    try {
      return [encodeTweet(tweet)];
    } catch (error) {
      if (!(error instanceof UnfitTweet)) throw error;
      refusals.push({ tweet, reason: error.message });
      return [];
    }
  });
  try {
    await forEach(batchesOf(encoded), AT_ONCE, async (batch) => {
      refusals.push(...(await write(cql, batch)));
    });
    const stored = encoded.filter(({ tweet }) => !refusals.some((refusal) => refusal.tweet === tweet));
    await notes.written(stored.map(({ tweet: { row } }) => ({ event: row.event_name, bucket: row.bucket })));
  } catch (cause) {
    throw new Error(`Cassandra did not store the tweets: ${String(cause)}`, { cause });
  }
  return refusals;
}

/** Writes a batch; one that is refused is written tweet by tweet, to find the one at fault. */
async function write(cql: Cql, batch: readonly EncodedTweet[]): Promise<Refusal[]> {
  try {
    await cql.batch(batch.flatMap(statementsOf));
    return [];
  } catch (error) {
    if (!blamesContent(error)) throw error;
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) return [{ tweet: only.tweet, reason: error.message }];
    const refusals: Refusal[] = [];
    for (const one of batch) refusals.push(...(await write(cql, [one])));
    return refusals;
  }
}

function statementsOf({ cells, raw, timestamp }: EncodedTweet): Statement[] {
  const [event, bucket, id] = cells;
  return [
    { query: INSERT, params: [...cells, timestamp] },
    { query: INSERT_RAW, params: [event, bucket, id, raw, timestamp] },
    { query: SET_KEY, params: [timestamp, encodeLong(raw.length), timestamp, event, bucket, id] },
  ];
}
