// Keeps a long write-ahead log from holding up the thread that stores. SQLite brings a log into the file within a commit, a few
// milliseconds each time; but one that grew behind an export's snapshot (1.4 GB: 3.7 s) is left to a thread of its own.
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { fileIn, LOG_LIMIT } from './sqlite-schema.ts';

export interface Checkpointer {
  /** To be called after writing; looks at the log ten times a second at most. */
  written(): void;
}

const LONG = 2 * LOG_LIMIT;
// So much takes SQLite within a commit again: about a tenth of a second.
const SHORT_FRAMES = 4_000;
const USUAL_FRAMES = 1_000;
// A file is cut by so much at a time when its log begins anew: cutting holds up as well, 0.3 s per GB.
const CUT = 256 * 1024 * 1024;
const LOOK_MS = 100;
const PAUSE_MS = 1_000;

/** `elsewhere` does a passive checkpoint, which holds up neither readers nor writers, on another thread. */
export function checkpointer(db: DatabaseSync, dir: string, elsewhere: () => Promise<unknown>): Checkpointer {
  const log = `${fileIn(dir)}-wal`;
  let running = false;
  let next = 0;

  function resume(): void {
    running = false;
    next = performance.now() + PAUSE_MS;
    if (db.isOpen && backlog(db) < SHORT_FRAMES) db.exec(`PRAGMA wal_autocheckpoint = ${USUAL_FRAMES}`);
  }

  return {
    written() {
      if (running || performance.now() < next || !db.isOpen) return;
      next = performance.now() + LOOK_MS;
      const length = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
      if (length < LONG) return;
      running = true;
      db.exec('PRAGMA wal_autocheckpoint = 0');
      db.exec(`PRAGMA journal_size_limit = ${Math.max(LOG_LIMIT, length - CUT)}`);
      // One that failed is tried again with a later write, and what it was to do is not lost: it stays in the log.
      elsewhere().then(resume, resume);
    },
  };
}

/** How many pages of the log are not yet in the file. */
function backlog(db: DatabaseSync): number {
  const state = db.prepare('PRAGMA wal_checkpoint(NOOP)').get();
  return Number(state?.['log']) - Number(state?.['checkpointed']);
}
