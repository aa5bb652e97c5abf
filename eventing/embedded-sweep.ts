// What leaves the embedded log: superseded and expired records, and those of deleted topics. Never one that a group has yet to finish.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { transact } from '../sql/sqlite-transaction.ts';
import type { Tables, Topic } from './embedded-database.ts';

// A slice holds the write lock and the event loop for some milliseconds.
const SLICE_RECORDS = 256;
const SLICE_BYTES = 8 * 1024 * 1024;

// A record that every group has finished goes after this time, though its topic's retention may be days: a cluster's
// disks have room for three days of raw posts, a laptop's has not, and a fast replay writes gigabytes a minute. Tombstones stay as long for readers without a group.
const FINISHED_MS = 120_000;

const DROPPED = `SELECT id, time, length(value) AS bytes FROM record
  WHERE topic IN (SELECT topic FROM dropped) LIMIT :limit`;
const FORGET =
  'DELETE FROM dropped WHERE NOT EXISTS (SELECT 1 FROM record WHERE record.topic = dropped.topic)';
const SUPERSEDED = `SELECT id, time, length(value) AS bytes FROM record
  WHERE topic = :topic AND offset < :floor
    AND (offset NOT IN (SELECT max(offset) FROM record WHERE topic = :topic GROUP BY key)
      OR (value IS NULL AND time < :seen))
  LIMIT :limit`;
const OLDEST = `SELECT id, time, length(value) AS bytes FROM record
  WHERE topic = :topic AND offset < :floor ORDER BY offset LIMIT :limit`;

const SWEEP_MS = 60_000;
const PAUSE_MS = 50;

type Values = Record<string, SQLInputValue>;

/** Off the hot path: a slice at a time with pauses between, soon after the start and then each minute. Returns what stops it. */
export function sweepNowAndThen(db: DatabaseSync, tables: Tables): () => void {
  let timer: NodeJS.Timeout;
  const sweepAfter = (ms: number): void => {
    timer = setTimeout(() => sweepAfter(sweepOnce(db, tables)), ms).unref();
  };
  sweepAfter(PAUSE_MS);
  return () => clearTimeout(timer);
}

/** Returns how many ms to wait before the next slice. */
function sweepOnce(db: DatabaseSync, tables: Tables): number {
  try {
    return sweepSlice(db, tables, Date.now()) > 0 ? PAUSE_MS : SWEEP_MS;
  } catch (error) {
    // A full disk must not end the process: what was not swept loses nothing and is swept later.
    process.emitWarning(`the log could not be swept: ${String(error)}`);
    return SWEEP_MS;
  }
}

/** Removes a bounded part of what may leave at `now` (ms since 1970). Returns how many records went; 0 = nothing is left to do. */
export function sweepSlice(db: DatabaseSync, tables: Tables, now: number): number {
  const removed = remove(db, DROPPED, {});
  if (removed > 0) return removed;
  db.exec(FORGET);
  for (const topic of tables.topics()) {
    const gone = sweepTopic(db, topic, { lowest: tables.lowestCommitted(topic), now });
    if (gone > 0) return gone;
  }
  return 0;
}

function sweepTopic(db: DatabaseSync, topic: Topic, at: { lowest: number | undefined; now: number }): number {
  const { lowest, now } = at;
  const values = { topic: topic.id, floor: lowest ?? topic.next };
  if (topic.compacted) return remove(db, SUPERSEDED, { ...values, seen: now - FINISHED_MS });
  if (topic.retention < 0) return 0;
  const keep = lowest === undefined ? topic.retention : Math.min(topic.retention, FINISHED_MS);
  return remove(db, OLDEST, values, now - keep);
}

/** Of what the query finds, in its order, as much as a slice may hold and not beyond the first that is younger than `before`. */
function remove(db: DatabaseSync, query: string, values: Values, before = Infinity): number {
  const found = db.prepare(query).all({ ...values, limit: SLICE_RECORDS });
  if (found.length === 0 || Number(found[0]?.['time']) >= before) return 0;
  const erase = db.prepare('DELETE FROM record WHERE id = ?');
  let bytes = 0;
  let removed = 0;
  transact(db, () => {
    for (const { id, time, bytes: size } of found) {
      if (Number(time) >= before) break;
      erase.run(Number(id));
      removed++;
      bytes += Number(size);
      if (bytes >= SLICE_BYTES) break;
    }
  });
  return removed;
}
