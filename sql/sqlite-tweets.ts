// Writes tweets on one connection, inside a transaction that the caller holds.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { type Copy, merge } from './sqlite-merge.ts';
import { blobOf, cellOf, encodeRow } from './sqlite-rows.ts';
import { columnNames, type Tweet } from './tweet.ts';

export interface TweetWriter {
  /** Stores a tweet or merges it into its row. Throws `UnfitRow` or SQLite's error. */
  write(tweet: Tweet): undefined;
  /** Brings the buckets' counts up to date; the last thing before COMMIT. */
  settle(): void;
  /** Forgets what was written since the last `settle`; goes with ROLLBACK. */
  forget(): void;
}

interface Bucket {
  readonly event: string;
  readonly bucket: number;
  tweets: number;
  bytes: number;
}

type Row = Readonly<Record<string, SQLOutputValue>>;

const cellTimes = z.record(z.string(), z.number());
const KEY = 'event_name = ? AND bucket = ? AND t_id = ?';
const marks = columnNames.map(() => '?').join(', ');
const assignments = columnNames.map((name) => `${name} = ?`).join(', ');

export function tweetWriter(db: DatabaseSync): TweetWriter {
  const insert = db.prepare(`INSERT INTO tweet VALUES (${marks}) ON CONFLICT DO NOTHING`);
  const insertRaw = db.prepare('INSERT INTO tweet_raw VALUES (?, ?, ?, ?, NULL, ?)');
  const rows = existingRows(db);
  const count = db.prepare(
    `INSERT INTO bucket_by_event VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET tweets = tweets + excluded.tweets, bytes = bytes + excluded.bytes`,
  );
  const buckets = new Map<string, Bucket>();

  function note(tweet: Tweet, tweets: number, bytes: number): void {
    const { event_name: event, bucket } = tweet.row;
    const name = `${bucket} ${event}`;
    const known = buckets.get(name) ?? { event, bucket, tweets: 0, bytes: 0 };
    known.tweets += tweets;
    known.bytes += bytes;
    buckets.set(name, known);
  }

  return {
    write(tweet) {
      const { row, raw, writeTime } = tweet;
      const cells = encodeRow(row);
      if (insert.run(...cells).changes === 1) {
        insertRaw.run(row.event_name, row.bucket, row.t_id, writeTime, raw);
        note(tweet, 1, raw.length);
        return undefined;
      }
      const grown = rows.mergeInto([row.event_name, row.bucket, row.t_id], {
        cells,
        raw,
        writeTime,
        times: {},
      });
      if (grown !== 0) note(tweet, 0, grown);
      return undefined;
    },
    settle() {
      for (const { event, bucket, tweets, bytes } of buckets.values())
        count.run(event, bucket, tweets, bytes);
      buckets.clear();
    },
    forget: () => buckets.clear(),
  };
}

type Key = readonly [event: string, bucket: number, id: string];

interface ExistingRows {
  /** Merges a copy into the row that is there; by how many bytes its message grew. */
  mergeInto(key: Key, incoming: Copy): number;
}

function existingRows(db: DatabaseSync): ExistingRows {
  const read = db.prepare(`SELECT * FROM tweet WHERE ${KEY}`);
  const readRaw = db.prepare(`SELECT raw, write_time, cell_times FROM tweet_raw WHERE ${KEY}`);
  const update = db.prepare(`UPDATE tweet SET ${assignments} WHERE ${KEY}`);
  const updateRaw = db.prepare(`UPDATE tweet_raw SET raw = ?, write_time = ?, cell_times = ? WHERE ${KEY}`);
  return {
    mergeInto(key, incoming) {
      const stored = copyOf(read.get(...key), readRaw.get(...key));
      const merged = merge(stored, incoming);
      if (merged === stored) return 0;
      update.run(...merged.cells, ...key);
      const times = Object.keys(merged.times).length === 0 ? null : JSON.stringify(merged.times);
      updateRaw.run(merged.raw, merged.writeTime, times, ...key);
      return merged.raw.length - stored.raw.length;
    },
  };
}

function copyOf(row: Row | undefined, message: Row | undefined): Copy {
  if (row === undefined || message === undefined) throw new Error('A tweet has lost its row or its message.');
  const times = message['cell_times'];
  return {
    cells: Object.values(row).map(cellOf),
    raw: blobOf(message['raw']),
    writeTime: Number(message['write_time']),
    times: typeof times === 'string' ? cellTimes.parse(JSON.parse(times)) : {},
  };
}
