// How long after the tracker has a post its row can be read from Cassandra, while 57 posts come each second: as late as a reader
// who asks again and again can be, who is another process and another connection.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openCassandraStore } from '../../sql/cassandra.ts';
import { cassandraSettings } from '../../sql/cassandra-settings.ts';
import type { Store } from '../../sql/store.ts';
import { type EngineEnv, onEmptyEngines } from './engines-place.ts';
import { eventArguments, inFolder, spawnLocal, stopped } from './journey.ts';
import type { Result } from './rounds.ts';

const RATE = 57;
/** Starting, joining the group and compiling is measured by nobody who watches a stream. */
const WARM_UP_MS = 15_000;
const POLL_MS = 5;
const NEWEST = 100;
const EVENT = 'event-0';

export interface Latency {
  /** ms */
  readonly p50: number;
  readonly p99: number;
  /** posts that were measured */
  readonly n: number;
}

export async function measureLatency(engines: EngineEnv): Promise<Result[]> {
  const { p50, p99, n } = await latency(engines, 40);
  return [
    { name: 'latency-engines-p50', value: p50, unit: 'ms', n },
    { name: 'latency-engines-p99', value: p99, unit: 'ms', n },
  ];
}

/** Over so many seconds of a stream of 57 posts/s. */
export async function latency(engines: EngineEnv, seconds: number): Promise<Latency> {
  const posts = (WARM_UP_MS / 1_000 + seconds + 10) * RATE;
  return onEmptyEngines(engines, (env) =>
    inFolder('v1', posts, 1, async (folder, file) => {
      const settings = cassandraSettings({ ...env });
      if (settings === undefined) throw new Error('CASSANDRA_CONTACT_POINTS is empty');
      const store = await openCassandraStore(settings, () => undefined);
      const args = ['--replay', file, '--rate', `${RATE}`, ...eventArguments(1)];
      const child = spawnLocal(args, { DATA_DIR: join(folder, 'data'), PORT: '0', ...env });
      try {
        return summary(await watch(store, seconds * 1_000));
      } finally {
        await stopped(child);
        await store.close();
      }
    }),
  );
}

/** For each post that came in after the first seconds: ms from when the tracker had it to when an answer had its row. */
async function watch(store: Store, forMs: number): Promise<number[]> {
  const seen = new Set<string>();
  const late: number[] = [];
  const from = Date.now() + WARM_UP_MS;
  while (Date.now() < from + forMs) {
    const { tweets } = await store.tweets(EVENT, { limit: NEWEST });
    const now = Date.now();
    for (const { t_id, received_at } of tweets) {
      if (!seen.has(t_id) && received_at >= from) late.push(now - received_at);
      seen.add(t_id);
    }
    await setTimeout(POLL_MS);
  }
  return late;
}

function summary(late: readonly number[]): Latency {
  const sorted = late.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Infinity;
  return { p50: at(0.5), p99: at(0.99), n: sorted.length };
}
