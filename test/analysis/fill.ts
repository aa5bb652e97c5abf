// Fills a store with a made crisis as a normalizer would: records of about a thousand tweets, several at once.
import { forEach } from '../../sql/cassandra-flow.ts';
import type { Store } from '../../sql/store.ts';
import type { Tweet } from '../../sql/tweet.ts';
import { crisis } from './crisis.ts';

const TOGETHER = 1_000;
const AT_ONCE = 8;

/** Saves the tweets of {@link crisis}; `progress` hears how many there are so far. */
export async function fill(
  store: Store,
  event: string,
  days: readonly number[],
  progress: (tweets: number) => void = () => undefined,
): Promise<void> {
  let saved = 0;
  await forEach(records(event, days), AT_ONCE, async (record) => {
    const refusals = await store.saveTweets(record);
    if (refusals.length > 0)
      throw new Error(`${refusals.length} tweets were refused: ${refusals[0]?.reason}`);
    saved += record.length;
    progress(saved);
  });
}

function* records(event: string, days: readonly number[]): Generator<Tweet[]> {
  let record: Tweet[] = [];
  for (const minute of crisis(event, days)) {
    record.push(...minute);
    if (record.length < TOGETHER) continue;
    yield record;
    record = [];
  }
  yield record;
}
