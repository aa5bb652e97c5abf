// The folder of an embedded installation, which one process at a time may run: two would each think that they are the system.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export class DataDirInUse extends Error {
  override name = 'DataDirInUse';
}

const SQLITE_BUSY = 5;

/** Makes the folder and takes its lock, which ends with the process however it ends. Throws {@link DataDirInUse}. */
export function takeDataDir(dir: string): { release(): void } {
  try {
    mkdirSync(dir, { recursive: true });
    const lock = new DatabaseSync(join(dir, 'lock.db'));
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return { release: () => lock.close() };
  } catch (cause) {
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY)
      throw inUse(dir, cause);
    throw new Error(`DATA_DIR "${dir}" must be a folder that can be written to: ${String(cause)}`, { cause });
  }
}

function inUse(dir: string, cause: Error): DataDirInUse {
  const message = `Another Epicenter is running on DATA_DIR "${dir}". Stop it first, or set DATA_DIR to another folder.`;
  return new DataDirInUse(message, { cause });
}
