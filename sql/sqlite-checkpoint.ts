// When the write-ahead log goes into the file. SQLite would do it within a commit, where copying and syncing takes a tenth of
// the storing thread's time, and seconds for a log that grew behind an export's snapshot: so it is left to another thread.
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { CheckpointThread } from './sqlite-checkpoint-thread.ts';
import { LOG_LIMIT } from './sqlite-schema.ts';

export interface Checkpointer {
  /** Resolves when tweets may be written. They wait for what is left of a checkpoint: else the log would never begin anew. */
  turn(): Promise<void>;
  /** To be called after writing; looks at the log forty times a second at most. */
  written(): void;
  close(): Promise<void>;
}

// Pages of 16 KB: 32 MB.
const FRAMES = 2_000;
const LOOK_MS = 25;
// While a snapshot is held, what came after it cannot go.
const PAUSE_MS = 1_000;
// A file is cut by so much at a time when its log begins anew: cutting holds up as well, 0.3 s per GB.
const CUT = 256 * 1024 * 1024;

/** For the connection that writes, which leaves checkpoints to this from now on. */
export function checkpointer(db: DatabaseSync, thread: CheckpointThread): Checkpointer {
  const log = `${db.location()}-wal`;
  let free = Promise.resolve();
  let next = 0;
  db.exec('PRAGMA wal_autocheckpoint = 0');

  async function bringIn(): Promise<void> {
    db.exec(`PRAGMA journal_size_limit = ${Math.max(LOG_LIMIT, statSync(log).size - CUT)}`);
    await thread.checkpoint();
    const rest = thread.checkpoint();
    free = rest.catch(() => undefined);
    await rest;
  }

  /** Slower, but the log must not grow for ever where there is no thread to be had. */
  function bringInHere(): void {
    if (db.isOpen) db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  function lookAgain(): void {
    next = performance.now() + (db.isOpen && backlog(db) < FRAMES ? LOOK_MS : PAUSE_MS);
  }

  return {
    turn: () => free,
    written() {
      if (performance.now() < next || !db.isOpen) return;
      next = performance.now() + LOOK_MS;
      if (backlog(db) < FRAMES) return;
      next = Infinity;
      void bringIn().catch(bringInHere).finally(lookAgain);
    },
    close: () => thread.close(),
  };
}

/** How many pages of the log are not yet in the file. */
function backlog(db: DatabaseSync): number {
  const state = db.prepare('PRAGMA wal_checkpoint(NOOP)').get();
  return Number(state?.['log']) - Number(state?.['checkpointed']);
}
