import { inject } from 'vitest';
import { describeWhere } from '../engines/available.ts';
import type { KnativePlace } from './vitest-setup.ts';

/** Like `describe`; skipped or failed with the reason where there is no Knative. */
export function describeOnKnative(name: string, body: (place: KnativePlace) => void): void {
  describeWhere(inject('knative'), { name, nowhere: { kubeconfig: '', tag: '' } }, body);
}
