// Deletes what was stored for an event, partition by partition.
import { bucketsOf } from './cassandra-buckets.ts';
import type { Cql } from './cassandra-client.ts';
import { inOrder } from './cassandra-flow.ts';
import type { Notes } from './cassandra-notes.ts';
import { encodeLong } from './cassandra-rows.ts';
import { spanOf } from './range.ts';

const AT_ONCE = 8;
const LISTED = 1_000;

/**
 * Deletes the tweets, gaps and rejected lines. The lists that name them go last, so that a deletion cut short is done by the next.
 * A deletion covers what was written before it by its timestamp: a copy received earlier and delivered later stays away.
 */
export async function deleteTweets(cql: Cql, notes: Notes, code: string): Promise<void> {
  notes.forget(code);
  const buckets = bucketsOf(cql, code, spanOf({}), 'ASC');
  await finish(
    inOrder(buckets, AT_ONCE, async ({ bucket }) => {
      const key = [code, encodeLong(bucket)];
      await cql.batch(
        ['tweet', 'tweet_raw', 'tweet_key'].map((table) => ({
          query: `DELETE FROM ks.${table} WHERE event_name = ? AND bucket = ?`,
          params: key,
        })),
      );
    }),
  );
  const entries = cql.each('SELECT sha256 FROM ks.rejected_by_event WHERE event_name = ?', [code], LISTED);
  await finish(
    inOrder(entries, AT_ONCE, async (entry) => {
      await cql.rows('DELETE FROM ks.rejected WHERE event_name = ? AND sha256 = ?', [code, entry['sha256']]);
    }),
  );
  for (const table of ['gap', 'rejected_by_event', 'bucket_by_event'])
    await cql.rows(`DELETE FROM ks.${table} WHERE event_name = ?`, [code]);
  notes.forget(code);
}

async function finish(work: AsyncIterable<void>): Promise<void> {
  for await (const _ of work);
}
