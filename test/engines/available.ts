// Tests that need something a machine may lack: run where it is there; else skipped by name and reason, or failed where it should be.
import { describe, test } from 'vitest';
import { SKIPPED } from './skipped-reporter.ts';

/** Why there is something or not: `skipped` on a machine without the tools, `failed` when it should have worked. */
export type Availability<T> =
  | { readonly state: 'there'; readonly value: T }
  | { readonly state: 'skipped' | 'failed'; readonly reason: string };

/** Like `describe`. Where the tests are skipped the body still runs, for their names, with what there is `nowhere`. */
export function describeWhere<T>(
  found: Availability<T>,
  { name, nowhere }: { readonly name: string; readonly nowhere: T },
  body: (value: T) => void,
): void {
  if (found.state === 'there') describe(name, () => body(found.value));
  else if (found.state === 'skipped') {
    describe.skip(`${name} ${SKIPPED}${found.reason}]`, () => body(nowhere));
  } else {
    describe(name, () => {
      test('has what it needs', () => {
        throw new Error(found.reason);
      });
    });
  }
}
