// Events, gaps, rejected lines and releases: small tables, answered on the connection that writes.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { type CrisisEvent, crisisEvent } from './crisis-event.ts';
import type { Gap, Rejected } from './ledger.ts';
import { blobOf } from './sqlite-rows.ts';
import { transact } from './sqlite-transaction.ts';

type Row = Readonly<Record<string, SQLOutputValue>>;

const REJECTED_BYTES = 64 * 1024;
const iso = (ms: SQLOutputValue | undefined): string => new Date(Number(ms)).toISOString();

function eventOf(row: Row): CrisisEvent {
  const { keywords, created_at: createdAt, updated_at: updatedAt, collect_since: since, ...rest } = row;
  return crisisEvent.parse({
    ...rest,
    keywords: JSON.parse(String(keywords)),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    collectSince: since === null ? null : iso(since),
  });
}

export function allEvents(db: DatabaseSync): CrisisEvent[] {
  return db.prepare('SELECT * FROM event ORDER BY code').all().map(eventOf);
}

export function findEvent(db: DatabaseSync, code: string): CrisisEvent | undefined {
  const row = db.prepare('SELECT * FROM event WHERE code = ?').get(code);
  return row === undefined ? undefined : eventOf(row);
}

export function createEvent(db: DatabaseSync, event: CrisisEvent): boolean {
  const insert = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const { code, name, description, keywords, status, version } = event;
  const since = event.collectSince === null ? null : Date.parse(event.collectSince);
  const times = [Date.parse(event.createdAt), Date.parse(event.updatedAt), since];
  return (
    insert.run(code, name, description, JSON.stringify(keywords), status, version, ...times).changes === 1
  );
}

export function changeEvent(db: DatabaseSync, event: CrisisEvent): boolean {
  const update = db.prepare(
    `UPDATE event SET name = ?, description = ?, keywords = ?, status = ?, version = ?, updated_at = ?
     WHERE code = ? AND version = ?`,
  );
  const { code, name, description, keywords, status, version } = event;
  const values = [name, description, JSON.stringify(keywords), status, version, Date.parse(event.updatedAt)];
  return update.run(...values, code, version - 1).changes === 1;
}

// What stands is the greatest by these, so that no order of arrival matters (store.ts, saveGap).
const GAP_RANK = (row: string): string =>
  `(${row}.to_time IS NOT NULL, ifnull(${row}.to_time, 0), ${row}.recovered, ${row}.note)`;

export function saveGap(db: DatabaseSync, gap: Gap): void {
  const upsert = db.prepare(
    `INSERT INTO gap VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET to_time = excluded.to_time, recovered = excluded.recovered, note = excluded.note
     WHERE ${GAP_RANK('excluded')} > ${GAP_RANK('gap')}`,
  );
  const to = gap.to === null ? null : Date.parse(gap.to);
  upsert.run(gap.event, Date.parse(gap.from), gap.reason, to, gap.recovered, gap.note);
}

export function gaps(db: DatabaseSync, code: string): Gap[] {
  const rows = db.prepare('SELECT * FROM gap WHERE event_name = ? ORDER BY from_time DESC, reason').all(code);
  return rows.map((row) => ({
    event: String(row['event_name']),
    from: iso(row['from_time']),
    to: row['to_time'] === null ? null : iso(row['to_time']),
    reason: String(row['reason']),
    recovered: Number(row['recovered']),
    note: String(row['note']),
  }));
}

/** A repeated rejection is one, the earliest; of two at the same time the one with the greater reason. */
export function saveRejected(db: DatabaseSync, rejected: readonly Rejected[]): void {
  const upsert = db.prepare(
    `INSERT INTO rejected VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET reason = excluded.reason, length = excluded.length, bytes = excluded.bytes, at = excluded.at
     WHERE (excluded.at, rejected.reason) < (rejected.at, excluded.reason)`,
  );
  transact(db, () => {
    for (const { event, sha256, reason, length, bytes, at } of rejected) {
      upsert.run(event, sha256, reason, length, bytes.subarray(0, REJECTED_BYTES), at);
    }
  });
}

export function findRejected(db: DatabaseSync, code: string | undefined, limit: number): Rejected[] {
  const newest = 'ORDER BY at DESC, sha256 LIMIT ?';
  const rows =
    code === undefined
      ? db.prepare(`SELECT * FROM rejected ${newest}`).all(limit)
      : db.prepare(`SELECT * FROM rejected WHERE event_name = ? ${newest}`).all(code, limit);
  return rows.map((row) => ({
    sha256: String(row['sha256']),
    event: String(row['event_name']),
    reason: String(row['reason']),
    length: Number(row['length']),
    bytes: blobOf(row['bytes']),
    at: Number(row['at']),
  }));
}

export function saveRelease(db: DatabaseSync, code: string, version: number): void {
  const upsert = db.prepare(
    `INSERT INTO release VALUES (?, ?) ON CONFLICT DO UPDATE SET version = max(version, excluded.version)`,
  );
  upsert.run(code, version);
}

export function releases(db: DatabaseSync): Map<string, number> {
  const rows = db.prepare('SELECT event_name, version FROM release').all();
  return new Map(rows.map((row) => [String(row['event_name']), Number(row['version'])]));
}
