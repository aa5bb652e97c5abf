// The SQLite file: its pragmas and tables. The tweet's columns come from the one list in tweet.ts.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { transact } from './sqlite-transaction.ts';
import { always, type Column, columnNames, columns } from './tweet.ts';

const VERSION = 2;
const KEY = 'event_name, bucket, t_id';
const INTEGERS: readonly string[] = ['int', 'boolean', 'timestamp'];
const required: readonly Column[] = always;

const tweetColumns = columnNames
  .map((name) => {
    const type = INTEGERS.includes(columns[name]) ? 'INTEGER' : 'TEXT';
    return `${name} ${type}${required.includes(name) ? ' NOT NULL' : ''}`;
  })
  .join(',\n  ');

// Times are INTEGER ms since 1970, lists JSON text, booleans 0 or 1.
// `write_time` (µs) is that of the row's newest copy; `cell_times` names the cells that came with an older one.
// `tweets` and `bytes` of a bucket change in the same transaction as its rows, so that counting reads no row.
const TABLES = `
CREATE TABLE IF NOT EXISTS tweet (
  ${tweetColumns},
  PRIMARY KEY (${KEY})
) STRICT;
CREATE TABLE IF NOT EXISTS tweet_raw (
  event_name TEXT NOT NULL, bucket INTEGER NOT NULL, t_id TEXT NOT NULL,
  write_time INTEGER NOT NULL, cell_times TEXT, raw BLOB NOT NULL,
  PRIMARY KEY (${KEY})
) STRICT;
CREATE TABLE IF NOT EXISTS bucket_by_event (
  event_name TEXT NOT NULL, bucket INTEGER NOT NULL, tweets INTEGER NOT NULL, bytes INTEGER NOT NULL,
  PRIMARY KEY (event_name, bucket)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, keywords TEXT NOT NULL,
  status TEXT NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  collect_since INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS gap (
  event_name TEXT NOT NULL, from_time INTEGER NOT NULL, reason TEXT NOT NULL,
  to_time INTEGER, recovered INTEGER NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY (event_name, from_time, reason)
) STRICT;
CREATE TABLE IF NOT EXISTS rejected (
  event_name TEXT NOT NULL, sha256 TEXT NOT NULL, reason TEXT NOT NULL,
  length INTEGER NOT NULL, bytes BLOB NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (event_name, sha256)
) STRICT;
CREATE INDEX IF NOT EXISTS rejected_by_event ON rejected (event_name, at);
CREATE INDEX IF NOT EXISTS rejected_by_time ON rejected (at);
CREATE TABLE IF NOT EXISTS release (event_name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT;
PRAGMA user_version = ${VERSION};
`;

/** By the version that a file has: what makes it one of the next. */
const CHANGES: Readonly<Record<number, string>> = {
  1: 'ALTER TABLE event ADD COLUMN collect_since INTEGER; PRAGMA user_version = 2;',
};

/** To how many bytes the file of the write-ahead log is cut when it begins anew. */
export const LOG_LIMIT = 67_108_864;

export const fileIn = (dir: string): string => join(dir, 'store.db');

/** Opens `dir`/store.db for writing, making the folder, the file and its tables where they are missing. */
export function openForWriting(dir: string): DatabaseSync {
  mkdirSync(dir, { recursive: true });
  const db = new DatabaseSync(fileIn(dir), { timeout: 2_000 });
  try {
    // Pages of 16 KB hold three messages of 5 KB each and cost the least per row; what is acknowledged is synced by sqlite-sync.ts.
    db.exec('PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    db.exec(`PRAGMA cache_size = -2000; PRAGMA journal_size_limit = ${LOG_LIMIT};`);
    makeTables(db);
    return db;
  } catch (error) {
    db.close();
    throw new Error(`${fileIn(dir)} cannot be opened as a store: ${String(error)}`, { cause: error });
  }
}

function makeTables(db: DatabaseSync): void {
  if (versionOf(db) === VERSION) return;
  // Another process may be at the same: the second finds the work done.
  transact(db, () => {
    for (let version = versionOf(db); version !== VERSION; version = versionOf(db)) {
      const change = version === 0 ? TABLES : CHANGES[version];
      if (change === undefined)
        throw new Error(`its tables are of version ${version}, this program knows ${VERSION}`);
      db.exec(change);
    }
  });
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** Brings what it can of the write-ahead log into the file, in the way of nobody (a passive checkpoint). */
export function checkpoint(dir: string): void {
  using db = new DatabaseSync(fileIn(dir));
  // Twice: the first may take seconds, and what is written meanwhile would be left to a commit.
  db.exec('PRAGMA wal_checkpoint(PASSIVE); PRAGMA wal_checkpoint(PASSIVE);');
}

/** A connection that only reads; the file must be there. */
export function openForReading(dir: string): DatabaseSync {
  const db = new DatabaseSync(fileIn(dir), { readOnly: true, timeout: 2_000 });
  db.exec('PRAGMA cache_size = -4000');
  return db;
}
