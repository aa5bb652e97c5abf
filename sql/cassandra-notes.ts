// Notes that a bucket was written to, so that readers know which buckets there are and which counts are old.
import type { Cql } from './cassandra-client.ts';
import { encodeLong } from './cassandra-rows.ts';
import { forEach } from './cassandra-flow.ts';

/** How long (ms) one note speaks for a bucket; readers trust a count only if it came well after that. */
export const NOTE_MS = 5_000;
const REMEMBERED = 20_000;
const TOGETHER = 100;
const AT_ONCE = 4;

const NOTE =
  'INSERT INTO ks.bucket_by_event (event_name, bucket, last_write) VALUES (?, ?, toTimestamp(now()))';

export interface Notes {
  /** To be called when tweets of the buckets have been acknowledged. */
  written(buckets: readonly Bucket[]): Promise<void>;
  /** The next write to a bucket of the event is noted, however soon it comes. */
  forget(event: string): void;
  /** Forgets, one by one, the buckets whose last note is so long (ms) ago, and gives them: no write of ours came to them since. */
  takeQuiet(ms: number): Iterable<Bucket>;
}

export interface Bucket {
  readonly event: string;
  readonly bucket: number;
}

export function notes(cql: Cql): Notes {
  // In the order of their notes.
  const noted = new Map<string, Bucket & { readonly began: number }>();

  async function send(event: string, buckets: readonly number[]): Promise<void> {
    const began = performance.now();
    await cql.batch(buckets.map((bucket) => ({ query: NOTE, params: [event, encodeLong(bucket)] })));
    for (const bucket of buckets) {
      noted.delete(keyOf(event, bucket));
      noted.set(keyOf(event, bucket), { event, bucket, began });
    }
    for (const oldest of noted.keys()) {
      if (noted.size <= REMEMBERED) break;
      noted.delete(oldest);
    }
  }

  return {
    async written(buckets) {
      const since = performance.now() - NOTE_MS;
      const due = new Map<string, Set<number>>();
      for (const { event, bucket } of buckets) {
        if ((noted.get(keyOf(event, bucket))?.began ?? -Infinity) > since) continue;
        due.set(event, (due.get(event) ?? new Set()).add(bucket));
      }
      const batches = Array.from(due).flatMap(([event, set]) =>
        slices([...set], TOGETHER).map((slice) => ({ event, slice })),
      );
      await forEach(batches, AT_ONCE, ({ event, slice }) => send(event, slice));
    },
    forget(event) {
      for (const [key, { event: of }] of noted) if (of === event) noted.delete(key);
    },
    *takeQuiet(ms) {
      for (const [key, { event, bucket, began }] of noted) {
        if (began > performance.now() - ms) return;
        noted.delete(key);
        yield { event, bucket };
      }
    },
  };
}

const keyOf = (event: string, bucket: number): string => `${bucket} ${event}`;

function slices<T>(items: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / length) }, (_, n) =>
    items.slice(n * length, (n + 1) * length),
  );
}
