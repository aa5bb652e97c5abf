// One transaction at a time on a connection, and whether an error speaks of a row or of the engine.
import type { DatabaseSync } from 'node:sqlite';
import { UnfitRow } from './sqlite-rows.ts';

/** Runs `work` in a transaction of its own; nothing of it stays when it throws. */
export function transact<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some errors, a full disk among them.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

// Primary result codes that speak of what a row holds: TOOBIG, CONSTRAINT, MISMATCH, RANGE.
const ROW_CODES = [18, 19, 20, 25];

/** Whether what a row holds is at fault, so that a retry cannot help and the other rows can be stored. */
export function blamesRow(error: unknown): error is Error {
  if (error instanceof UnfitRow) return true;
  if (!(error instanceof Error)) return false;
  if ('errcode' in error) return ROW_CODES.includes(Number(error.errcode) & 0xff);
  return 'code' in error && error.code === 'ERR_INVALID_ARG_TYPE';
}
