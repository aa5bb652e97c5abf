// Makers of valid values, each of which a test bends where it cares.
import { randomUUID } from 'node:crypto';
import type { Post } from '../eventing/batch.ts';
import type { Progress } from '../eventing/collection.ts';
import { bucketOf, timeOfId } from '../sql/bucket.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import type { Gap, Rejected } from '../sql/ledger.ts';
import type { Tweet, TweetRow } from '../sql/tweet.ts';

const LINE_END = Buffer.from('\n');

/** A code that no other test uses, so that tests can share a store. */
export const newCode = (): string => `event-${randomUUID().slice(0, 13)}`;

export function makeEvent(overrides: Partial<CrisisEvent> = {}): CrisisEvent {
  const code = overrides.code ?? newCode();
  return {
    code,
    name: code,
    description: '',
    keywords: ['flood'],
    status: 'active',
    version: 1,
    createdAt: '2026-03-01T12:00:00.000Z',
    updatedAt: '2026-03-01T12:00:00.000Z',
    collectSince: null,
    ...overrides,
  };
}

/** The id that X gives to the `n`-th post of a millisecond. */
export const idAt = (ms: number, n = 0): string =>
  String((BigInt(ms - 1_288_834_974_657) << 22n) + BigInt(n));

export interface TweetOverrides extends Partial<TweetRow> {
  readonly raw?: string | Uint8Array;
  readonly writeTime?: number;
}

/** A tweet of 1 March 2026, noon; with another `t_id` it is of that id's time. Its message is JSON unless given. */
export function makeTweet({ raw, writeTime, ...overrides }: TweetOverrides = {}): Tweet {
  const id = overrides.t_id ?? idAt(Date.UTC(2026, 2, 1, 12));
  const time = timeOfId(id) ?? overrides.t_created_at ?? Date.UTC(2026, 2, 1, 12);
  const row: TweetRow = {
    event_name: 'flood',
    bucket: bucketOf('x', id, time) ?? 0,
    t_id: id,
    id: randomUUID(),
    t_created_at: time,
    t_text: `The water rises, says post ${id}.`,
    source: 'x',
    via: 'stream',
    received_at: time + 500,
    ...overrides,
  };
  return {
    row,
    raw: typeof raw === 'object' ? raw : Buffer.from(raw ?? JSON.stringify({ id_str: id, text: row.t_text })),
    writeTime: writeTime ?? row.received_at * 1_000,
  };
}

/** A report of a tracker that collects. */
export function makeProgress(overrides: Partial<Progress> = {}): Progress {
  return {
    install: 'one',
    at: '2012-10-29T22:29:50.000Z',
    startedAt: '2012-10-29T20:00:00.000Z',
    source: 'simulator',
    state: 'connected',
    problem: null,
    connectedSince: '2012-10-29T20:00:01.000Z',
    lastPostAt: '2012-10-29T22:29:49.000Z',
    live: null,
    rules: 3,
    refused: [],
    foreignRules: { count: 0, ofOtherInstalls: 0, examples: [] },
    rate: 57.5,
    read: 1_000,
    matched: 900,
    rejected: 2,
    control: { delete: 4 },
    spoolBytes: 0,
    spent: null,
    search: null,
    replay: null,
    ...overrides,
  };
}

export function makeGap(overrides: Partial<Gap> = {}): Gap {
  return {
    event: 'flood',
    from: '2026-03-01T12:00:00.000Z',
    to: null,
    reason: 'disconnected',
    recovered: 0,
    note: '',
    ...overrides,
  };
}

export function makeRejected(overrides: Partial<Rejected> = {}): Rejected {
  const bytes = overrides.bytes ?? Buffer.from('{"cut off');
  return {
    sha256: randomUUID().replaceAll('-', '').repeat(2),
    event: '',
    reason: 'not JSON',
    length: bytes.length,
    bytes,
    at: Date.UTC(2026, 2, 1, 12),
    ...overrides,
  };
}

/** A record's posts as eventing/batch.ts has them, in the plainest way. */
export function encodeBatch(posts: readonly Post[]): Uint8Array {
  const lines = posts.flatMap(({ envelope, message }) => [
    Buffer.from(JSON.stringify(envelope)),
    LINE_END,
    message,
    LINE_END,
  ]);
  return Buffer.concat(lines);
}
