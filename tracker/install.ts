// The name of this installation, which marks our rules at X as ours: made once and kept beside the data.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `dir` must exist. */
export function keptInstall(dir: string): string {
  const path = join(dir, 'install');
  try {
    writeFileSync(path, `${randomBytes(6).toString('hex')}\n`, { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(path, 'utf8').trim();
}
