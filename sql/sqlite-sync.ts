// Makes commits durable without holding up the thread that makes them. A file in WAL mode with `synchronous = NORMAL` is never
// damaged, but its last commits may be lost in a power cut (SQLite, "PRAGMA synchronous"): whoever acknowledges one waits for this first.
import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { DatabaseSync } from 'node:sqlite';

export interface Disk {
  /** Resolves when everything committed before the call is on the disk. One sync serves all who wait for it. */
  synced(): Promise<void>;
  close(): void;
}

const sync = promisify(fdatasync);

/** For a file in WAL mode, on the connection that writes it. */
export function diskOf(db: DatabaseSync): Disk {
  let log: number | undefined;
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  let doubtful = false;

  async function syncNow(): Promise<void> {
    next = undefined;
    // After a failed sync the kernel may take pages for written that are not: then only the file itself can tell.
    if (doubtful) checkpointAll(db);
    doubtful = true;
    log ??= openSync(`${db.location()}-wal`, 'r+');
    await sync(log);
    doubtful = false;
  }

  return {
    synced() {
      // The one that is running began before what was just committed.
      next ??= running.then(syncNow);
      const mine = next;
      running = mine.catch(() => undefined);
      return mine;
    },
    close() {
      if (log !== undefined) closeSync(log);
      log = undefined;
    },
  };
}

function checkpointAll(db: DatabaseSync): void {
  const done = db.prepare('PRAGMA wal_checkpoint(FULL)').get();
  if (done?.['busy'] === 0 && done['log'] === done['checkpointed']) return;
  throw new Error(`${db.location()} could not be brought to the disk after a failure; it is tried again.`);
}
