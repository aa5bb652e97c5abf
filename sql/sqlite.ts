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
import { page } from './sqlite-queries.ts';
import { reader } from './sqlite-reader.ts';
import { openForWriting } from './sqlite-schema.ts';
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
  let commits: Committer | undefined;
  const open = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (!db.isOpen) throw new Error(`The store in ${dir} is closed.`);
    return work();
  };
  return {
    events: () => open(() => ledger.allEvents(db)),
    event: (code) => open(() => ledger.findEvent(db, code)),
    createEvent: (event) => open(() => ledger.createEvent(db, event)),
    changeEvent: (event) => open(() => ledger.changeEvent(db, event)),

    saveTweets: (tweets) =>
      open(async () => {
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
    total: (code) => open(() => reads.ask({ kind: 'total', code })),
    deleteTweets: (code) => open(() => deleteTweets(db, code)),

    saveGap: (gap) => open(() => ledger.saveGap(db, gap)),
    gaps: (code) => open(() => ledger.gaps(db, code)),
    saveRejected: (rejected) => open(() => ledger.saveRejected(db, rejected)),
    rejected: (code, limit) => open(() => ledger.findRejected(db, code, limit)),
    saveRelease: (code, version) => open(() => ledger.saveRelease(db, code, version)),
    releases: () => open(() => ledger.releases(db)),

    durability: () => open(() => durability(db)),
    async close() {
      if (!db.isOpen) return;
      commits?.flush();
      db.close();
      await Promise.all([reads.close(), upkeep.close()]);
    },
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
  if (synchronous < 2) problems.push('synchronous is not FULL: a power cut may lose what was acknowledged.');
  return { engine: `SQLite ${version}`, problems };
}
