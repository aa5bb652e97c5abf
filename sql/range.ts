// Times as questions about tweets mean them, whatever the engine. Pure.
import { BUCKET_MS } from './bucket.ts';
import type { Range, Step } from './store.ts';

/** A step's length in ms. */
export const STEPS: Readonly<Record<Step, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Later than any time. */
export const FOREVER = Number.MAX_SAFE_INTEGER;

/** A range with its open ends closed; `first` is the earliest bucket that it touches. */
export interface Span {
  readonly since: number;
  readonly until: number;
  readonly first: number;
}

export function spanOf(range: Range): Span {
  const since = range.since ?? -FOREVER;
  const first = range.since === undefined ? since : Math.floor(since / BUCKET_MS) * BUCKET_MS;
  return { since, until: range.until ?? FOREVER, first };
}

/** Whether all of a bucket is in the span. */
export const isWhole = (bucket: number, { since, until }: Pick<Span, 'since' | 'until'>): boolean =>
  bucket >= since && bucket + BUCKET_MS <= until;

/**
 * A post's own time as ranges see it: `t_created_at` as far as it lies in the post's bucket. So a range is a list of
 * buckets, and neither a second's difference at a minute's end nor an absurd date puts a post out of every range.
 */
export function ownTime(bucket: number, createdAt: number | undefined): number {
  return Math.min(Math.max(createdAt ?? bucket, bucket), bucket + BUCKET_MS - 1);
}

/** {@link ownTime} of a row as SQL; `row` names the table it is of. */
export function ownTimeSql(row: string): string {
  const [bucket, createdAt] = [`${row}.bucket`, `${row}.t_created_at`];
  return `min(max(coalesce(${createdAt}, ${bucket}), ${bucket}), ${bucket} + ${BUCKET_MS - 1})`;
}
