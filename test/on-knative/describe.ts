import { describe, inject, test } from 'vitest';
import { SKIPPED } from '../engines/skipped-reporter.ts';
import type { KnativePlace } from './vitest-setup.ts';

/** Like `describe`; skipped or failed with the reason where there is no Knative. */
export function describeOnKnative(name: string, body: (place: KnativePlace) => void): void {
  const found = inject('knative');
  if (found.state === 'there') describe(name, () => body(found.value));
  else if (found.state === 'skipped') {
    describe.skip(`${name} ${SKIPPED}${found.reason}]`, () => body({ kubeconfig: '', tag: '' }));
  } else {
    describe(name, () => {
      test('has its Knative', () => {
        throw new Error(found.reason);
      });
    });
  }
}
