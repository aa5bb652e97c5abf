// The embedded Store: one SQLite file in WAL mode, synced before it acknowledges.
// Writes and short reads run in the caller's thread, whatever can be long on a thread of its own.
import type { DatabaseSync } from 'node:sqlite';
import { BUCKET_MS } from './bucket.ts';
import { decodeCursor } from './cursor.ts';
import { checkpointer } from './sqlite-checkpoint.ts';
import { type Committer, committer } from './sqlite-commit.ts';
import { PART, type PartSize } from './part.ts';
import { deleteTweets } from './sqlite-delete.ts';
import * as ledger from './sqlite-ledger.ts';
import { page, total } from './sqlite-queries.ts';
import { reader } from './sqlite-reader.ts';
import { openForWriting } from './sqlite-schema.ts';
import { diskOf } from './sqlite-sync.ts';
import type { Durability, PageQuery, Store } from './store.ts';

/** Opens the store in `dir`, making what is missing. Several may be open on one folder, in one process or many. */
export async function openSqliteStore(dir: string, part: PartSize = PART): Promise<Store> {
  return storeOn(openForWriting(dir), dir, part);
}

/** The store on an open connection, which it closes. */
export function storeOn(db: DatabaseSync, dir: string, part: PartSize): Store {
  const reads = reader(dir);
  const upkeep = reader(dir);
  const log = checkpointer(db, dir, () => upkeep.ask({ kind: 'checkpoint' }));
  const { open, write, shut } = gateTo(db, dir);
  let commits: Committer | undefined;
  return {
    events: () => open(() => ledger.allEvents(db)),
    event: (code) => open(() => ledger.findEvent(db, code)),
    createEvent: (event) => write(() => ledger.createEvent(db, event)),
    changeEvent: (event) => write(() => ledger.changeEvent(db, event)),

    saveTweets: (tweets) =>
      write(async () => {
        const refusals = await (commits ??= committer(db)).save(tweets);
        log.written();
        return refusals;
      }),
    tweets: (code, query) =>
      open(() =>
        isShort(query) ? page(db, code, query) : reads.ask({ kind: 'page', code, query: checked(query) }),
      ),
    messages: (code, range) => open(() => reads.messages({ kind: 'export', code, range, size: part })),
    counts: (code, step, range) => open(() => reads.ask({ kind: 'counts', code, step, range })),
    total: (code) => open(() => total(db, code)),
    deleteTweets: (code) => write(() => deleteTweets(db, code)),

    saveGap: (gap) => write(() => ledger.saveGap(db, gap)),
    gaps: (code) => open(() => ledger.gaps(db, code)),
    saveRejected: (rejected) => write(() => ledger.saveRejected(db, rejected)),
    rejected: (code, limit) => open(() => ledger.findRejected(db, code, limit)),
    saveRelease: (code, version) => write(() => ledger.saveRelease(db, code, version)),
    releases: () => open(() => ledger.releases(db)),

    durability: () => open(() => durability(db)),
    async close() {
      commits?.flush();
      await shut();
      await Promise.all([reads.close(), upkeep.close()]);
    },
  };
}

type Work<T> = () => T | Promise<T>;

interface Gate {
  /** Rejects once the store is closed. */
  readonly open: <T>(work: Work<T>) => Promise<T>;
  /** As `open`, and resolves when what was committed is on the disk. */
  readonly write: <T>(work: Work<T>) => Promise<T>;
  readonly shut: () => Promise<void>;
}

function gateTo(db: DatabaseSync, dir: string): Gate {
  const disk = diskOf(db);
  const writing = new Set<Promise<unknown>>();
  let shutting: Promise<void> | undefined;
  async function open<T>(work: Work<T>): Promise<T> {
    if (shutting !== undefined) throw new Error(`The store in ${dir} is closed.`);
    return work();
  }
  async function synced<T>(work: Promise<T>): Promise<T> {
    const result = await work;
    await disk.synced();
    return result;
  }
  async function shutNow(): Promise<void> {
    await Promise.allSettled(writing);
    disk.close();
    db.close();
  }
  return {
    open,
    write(work) {
      const written = synced(open(work)).finally(() => writing.delete(written));
      writing.add(written);
      return written;
    },
    shut: () => (shutting ??= shutNow()),
  };
}

const SHORT_PAGE = 100;
const startsBucket = (time: number | undefined): boolean => (time ?? 0) % BUCKET_MS === 0;

// Inside a bucket, rows before or after the range are read and passed over: too many for this thread.
function isShort({ limit, since, until }: PageQuery): boolean {
  return limit <= SHORT_PAGE && startsBucket(since) && startsBucket(until);
}

function checked(query: PageQuery): PageQuery {
  if (query.cursor !== undefined) decodeCursor(query.cursor);
  return query;
}

function durability(db: DatabaseSync): Durability {
  const version = String(db.prepare('SELECT sqlite_version() AS version').get()?.['version']);
  const journal = String(db.prepare('PRAGMA journal_mode').get()?.['journal_mode']);
  const synchronous = Number(db.prepare('PRAGMA synchronous').get()?.['synchronous']);
  const problems: string[] = [];
  if (journal !== 'wal')
    problems.push(`The journal mode is ${journal}, not wal: readers and writers wait for each other.`);
  if (synchronous < 1) problems.push('synchronous is OFF: a power cut may damage the file.');
  return { engine: `SQLite ${version}`, problems };
}
