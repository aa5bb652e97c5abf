// The embedded log's file: its tables, its statements. Knows nothing of waiting and of what may be removed.
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { transact } from '../sql/sqlite-transaction.ts';
import { unpack, type StoredValue } from './embedded-value.ts';
import type { LogRecord, Message, TopicSpec } from './log.ts';

// One topic is one partition. A deleted topic leaves at once; its records leave in slices, under an id that is never used again.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS topic (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, compacted INTEGER NOT NULL,
    retention INTEGER NOT NULL, max_bytes INTEGER NOT NULL, next INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, offset INTEGER NOT NULL, time INTEGER NOT NULL,
    key TEXT NOT NULL, headers TEXT NOT NULL, packed INTEGER NOT NULL, value BLOB) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS record_offset ON record (topic, offset);
  CREATE TABLE IF NOT EXISTS committed (
    consumers TEXT NOT NULL, topic INTEGER NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY (consumers, topic)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS dropped (topic INTEGER PRIMARY KEY) STRICT;`;

const BUSY_MS = 10_000;
const READ_RECORDS = 64;
const READ_BYTES = 2 * 1024 * 1024;

type Row = Readonly<Record<string, SQLOutputValue>>;

/** Times in ms; `next` is the offset that the next record gets. */
export interface Topic {
  readonly id: number;
  readonly name: string;
  readonly compacted: boolean;
  readonly retention: number;
  readonly maxBytes: number;
  readonly next: number;
}

/** Opens or makes a log's file, whose commits are durable once they are synced (sqlite-sync.ts); several processes may have it open. */
export function openLogDatabase(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_MS });
  db.exec('PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  db.exec('PRAGMA cache_size = -2048; PRAGMA journal_size_limit = 16777216;');
  db.exec(SCHEMA);
  return db;
}

export type Tables = ReturnType<typeof openTables>;

/** The file's statements, compiled once. */
export function openTables(db: DatabaseSync) {
  const version = db.prepare('PRAGMA data_version');
  return {
    ...openTopics(db),
    ...openRecords(db),
    ...openCommitted(db),
    /** Changes when another process, or another connection of this one, has written. */
    dataVersion: () => Number(version.get()?.['data_version']),
  };
}

function openTopics(db: DatabaseSync) {
  const named = db.prepare('SELECT * FROM topic WHERE name = ?');
  const all = db.prepare('SELECT * FROM topic ORDER BY name');
  const create = db.prepare(
    'INSERT INTO topic (name, compacted, retention, max_bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const advance = db.prepare('UPDATE topic SET next = ? WHERE id = ?');
  return {
    topic(name: string): Topic | undefined {
      const row = named.get(name);
      return row && topicOf(row);
    },
    topics: () => all.all().map(topicOf),
    create(spec: TopicSpec): void {
      create.run(spec.name, spec.compacted ? 1 : 0, spec.retentionMs, spec.maxMessageBytes);
    },
    advance(topic: Topic, next: number): void {
      advance.run(next, topic.id);
    },
  };
}

function topicOf(row: Row): Topic {
  return {
    id: Number(row['id']),
    name: String(row['name']),
    compacted: row['compacted'] === 1,
    retention: Number(row['retention']),
    maxBytes: Number(row['max_bytes']),
    next: Number(row['next']),
  };
}

function openRecords(db: DatabaseSync) {
  const insert = db.prepare(
    'INSERT INTO record (topic, offset, time, key, headers, packed, value) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const select = db.prepare(
    'SELECT offset, time, key, headers, packed, value FROM record WHERE topic = ? AND offset >= ? ORDER BY offset LIMIT ?',
  );
  const last = db.prepare('SELECT coalesce(max(offset), -1) AS last FROM record WHERE topic = ?');
  const first = db.prepare('SELECT coalesce(min(offset), ?) AS first FROM record WHERE topic = ?');
  const count = db.prepare('SELECT count(*) AS records FROM record WHERE topic = ? AND offset >= ?');
  return {
    insert(topic: Topic, offset: number, { key, headers }: Message, stored: StoredValue): void {
      insert.run(topic.id, offset, Date.now(), key, JSON.stringify(headers), stored.packed, stored.value);
    },
    /** The next records from an offset on: few enough to hold, and at least one if there is one. */
    read(topic: Topic, from: number): LogRecord[] {
      const records: LogRecord[] = [];
      let bytes = 0;
      for (const row of select.iterate(topic.id, from, READ_RECORDS)) {
        const record = recordOf(topic.name, row);
        bytes += record.value?.length ?? 0;
        records.push(record);
        if (bytes >= READ_BYTES) break;
      }
      return records;
    },
    lastOffset: (topic: Topic) => Number(last.get(topic.id)?.['last']),
    /** How many records there are from an offset on. Only compaction leaves holes between them. */
    lag(topic: Topic, offset: number): number {
      if (topic.compacted) return Number(count.get(topic.id, offset)?.['records']);
      return topic.next - Math.max(offset, Number(first.get(topic.next, topic.id)?.['first']));
    },
  };
}

function recordOf(topic: string, row: Row): LogRecord {
  const headers: Readonly<Record<string, string>> = JSON.parse(String(row['headers']));
  return {
    topic,
    partition: 0,
    offset: Number(row['offset']),
    time: Number(row['time']),
    key: String(row['key']),
    headers,
    value: unpack({
      value: row['value'] instanceof Uint8Array ? row['value'] : null,
      packed: row['packed'] === 1 ? 1 : 0,
    }),
  };
}

function openCommitted(db: DatabaseSync) {
  const select = db.prepare('SELECT offset FROM committed WHERE consumers = ? AND topic = ?');
  const join = db.prepare('INSERT INTO committed (consumers, topic, offset) VALUES (?, ?, ?)');
  const commit = db.prepare('UPDATE committed SET offset = ? WHERE consumers = ? AND topic = ?');
  const leave = db.prepare('DELETE FROM committed WHERE consumers = ?');
  const lowest = db.prepare('SELECT min(offset) AS lowest FROM committed WHERE topic = ?');
  return {
    committed(group: string, topic: Topic): number | undefined {
      const row = select.get(group, topic.id);
      return row && Number(row['offset']);
    },
    /** Makes a group known, so that nothing it has yet to read is swept away. */
    join(group: string, topic: Topic, start: number): void {
      join.run(group, topic.id, start);
    },
    /** Does nothing for a group or a topic that was deleted meanwhile. */
    commit(group: string, topic: Topic, offset: number): void {
      commit.run(offset, group, topic.id);
    },
    leave(group: string): void {
      leave.run(group);
    },
    /** The offset that every group of the topic has reached; undefined when it has no group. */
    lowestCommitted(topic: Topic): number | undefined {
      const offset = lowest.get(topic.id)?.['lowest'];
      return typeof offset === 'number' ? offset : undefined;
    },
  };
}

export function dropTopic(db: DatabaseSync, name: string): void {
  transact(db, () => {
    db.prepare('INSERT INTO dropped (topic) SELECT id FROM topic WHERE name = ?').run(name);
    db.prepare('DELETE FROM committed WHERE topic = (SELECT id FROM topic WHERE name = ?)').run(name);
    db.prepare('DELETE FROM topic WHERE name = ?').run(name);
  });
}
