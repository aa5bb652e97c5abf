// The log and the store of a process, both or neither.
import type { Log } from '../eventing/log.ts';
import { openLog } from '../eventing/open-log.ts';
import { openStore } from '../sql/open-store.ts';
import type { Store } from '../sql/store.ts';
import type { Settings } from './settings.ts';

/** Rejects where the store cannot be reached, or a file of theirs cannot be read. */
export async function openEngines(
  settings: Settings,
  warn: (problem: string) => void,
): Promise<{ readonly log: Log; readonly store: Store }> {
  const log = await openLog(settings, warn);
  try {
    return { log, store: await openStore(settings, warn) };
  } catch (error) {
    await log.close();
    throw error;
  }
}
