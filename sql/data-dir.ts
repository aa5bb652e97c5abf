// The folder of an embedded installation, which one process at a time may run: two would each think that they are the system.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export class DataDirInUse extends Error {
  override name = 'DataDirInUse';
}

/** Makes the folder and takes its lock, which ends with the process however it ends. Throws {@link DataDirInUse}. */
export function takeDataDir(dir: string): { release(): void } {
  mkdirSync(dir, { recursive: true });
  const lock = new DatabaseSync(join(dir, 'lock.db'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new DataDirInUse(
      `Another Epicenter is running on DATA_DIR "${dir}". Stop it first, or set DATA_DIR to another folder.`,
      { cause },
    );
  }
  return { release: () => lock.close() };
}
