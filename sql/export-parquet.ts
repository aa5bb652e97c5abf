// An event's tweets as a Parquet file, in memory that does not grow with them. Knows no command line and no engine behind the store.
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parts } from './export-parts.ts';
import type { DuckDB } from './export-rows.ts';
import type { Store } from './store.ts';
import type { TweetRow } from './tweet.ts';

const PAGE = 1_000;
// One thread: each has a row group of its own in memory, and reading the store is what takes the time. What DuckDB keeps of files
// it has read would grow with them.
const SETTINGS = { memory_limit: '256MB', threads: '1', enable_external_file_cache: 'false' };

export interface ParquetExport {
  readonly store: Pick<Store, 'tweets'>;
  readonly code: string;
  /** replaced if it is there, once the new one is whole and on the disk */
  readonly file: string;
  /** hears how many tweets were read so far */
  readonly progress: (tweets: number) => void;
}

/**
 * How many tweets the file has, newest first: those stored when it began, perhaps with older ones that came in meanwhile.
 * Rejects when the store, the disk or `signal` ends it; the file is then what it was before, and nothing is left beside it.
 */
export async function exportParquet(
  duckdb: DuckDB,
  asked: ParquetExport,
  signal: AbortSignal,
): Promise<number> {
  const { file } = asked;
  const folder = await mkdtemp(`${file}.part-`);
  try {
    const whole = join(folder, 'whole.parquet');
    const tweets = await write(duckdb, { ...asked, file: whole }, { folder, signal });
    await synced(whole);
    signal.throwIfAborted();
    await rename(whole, file);
    return tweets;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function write(
  duckdb: DuckDB,
  asked: ParquetExport,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<number> {
  const settings = { ...SETTINGS, temp_directory: join(folder, 'spilled') };
  const instance = await duckdb.DuckDBInstance.create(':memory:', settings);
  const connection = await instance.connect();
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    const written = parts(duckdb, connection, folder);
    const tweets = await copyPages(asked, (page) => written.append(page), signal);
    await written.join(asked.file);
    return tweets;
  } finally {
    signal.removeEventListener('abort', interrupt);
    connection.closeSync();
    instance.closeSync();
  }
}

/** The next page is read while one is written. */
async function copyPages(
  { store, code, progress }: ParquetExport,
  append: (page: readonly TweetRow[]) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  let tweets = 0;
  let page = await store.tweets(code, { limit: PAGE });
  for (;;) {
    signal.throwIfAborted();
    const { next } = page;
    const reading = next === null ? undefined : store.tweets(code, { limit: PAGE, cursor: next });
    const [ahead] = await Promise.all([reading, append(page.tweets)]);
    tweets += page.tweets.length;
    progress(tweets);
    if (ahead === undefined) return tweets;
    page = ahead;
  }
}

async function synced(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.sync();
}
