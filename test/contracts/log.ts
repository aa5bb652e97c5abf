// What every Log does, whatever is behind it.
import { logAbsenceContract } from './log-absence.ts';
import { logGroupsContract } from './log-groups.ts';
import type { OpenLog } from './log-tools.ts';
import { logTopicsContract } from './log-topics.ts';

/** `open` gives a log of its own, or a part of a shared one: topics and groups get fresh names. */
export function logContract(name: string, open: () => Promise<OpenLog>): void {
  logTopicsContract(name, open);
  logGroupsContract(name, open);
  logAbsenceContract(name, open);
}
