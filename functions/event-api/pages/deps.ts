// What the pages are given.
import type { Report } from '../../../eventing/report.ts';
import type { Store } from '../../../sql/store.ts';
import type { Events } from '../events.ts';
import type { SystemStatus } from '../status.ts';

export interface PagesDeps {
  readonly events: Events;
  readonly store: Store;
  readonly status: () => Promise<SystemStatus>;
  readonly report: Report;
}
