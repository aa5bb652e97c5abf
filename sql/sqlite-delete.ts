// Deletes an event's tweets in slices, each short enough that nobody waits for it.
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { transact } from './sqlite-transaction.ts';

const SLICE_MS = 20;
const LEAST = 16;
const MOST = 2_000;

export async function deleteTweets(db: DatabaseSync, code: string): Promise<void> {
  for (let rows = 200; ;) {
    const began = performance.now();
    if (!transact(db, () => deleteSlice(db, code, rows))) break;
    const factor = SLICE_MS / (performance.now() - began);
    rows = Math.round(Math.min(MOST, Math.max(LEAST, rows * Math.min(2, factor))));
    await nextTurn();
  }
  transact(db, () => {
    for (const table of ['bucket_by_event', 'gap', 'rejected']) {
      db.prepare(`DELETE FROM ${table} WHERE event_name = ?`).run(code);
    }
  });
}

/** Deletes the oldest `rows` tweets; false when that was the last of them. */
function deleteSlice(db: DatabaseSync, code: string, rows: number): boolean {
  const boundary = db
    .prepare('SELECT bucket, t_id FROM tweet WHERE event_name = ? ORDER BY bucket, t_id LIMIT 1 OFFSET ?')
    .get(code, rows);
  const bucket = Number(boundary?.['bucket'] ?? Number.MAX_SAFE_INTEGER);
  const id = String(boundary?.['t_id'] ?? '');
  const before = 'event_name = ? AND (bucket, t_id) < (?, ?)';
  const cut = db.prepare(
    `UPDATE bucket_by_event SET (tweets, bytes) = (
       SELECT count(*), coalesce(sum(length(raw)), 0) FROM tweet_raw WHERE event_name = ?1 AND bucket = ?2 AND t_id >= ?3)
     WHERE event_name = ?1 AND bucket = ?2`,
  );
  db.prepare('DELETE FROM bucket_by_event WHERE event_name = ? AND bucket < ?').run(code, bucket);
  cut.run(code, bucket, id);
  db.prepare(`DELETE FROM tweet WHERE ${before}`).run(code, bucket, id);
  db.prepare(`DELETE FROM tweet_raw WHERE ${before}`).run(code, bucket, id);
  return boundary !== undefined;
}
