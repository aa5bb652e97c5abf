// What the pages are given.
import type { Report } from '../../../eventing/report.ts';
import type { Store } from '../../../sql/store.ts';
import type { DeadLetterPage, LetterQuery } from '../dead-letters.ts';
import type { Events } from '../events.ts';
import type { Resent, Wanted } from '../resend.ts';
import type { SystemStatus } from '../status.ts';
import type { ReadRefused } from '../tracker-reader.ts';

export interface PagesDeps {
  readonly events: Events;
  readonly store: Store;
  readonly refused: ReadRefused;
  readonly status: () => Promise<SystemStatus>;
  readonly letters: (query: LetterQuery) => Promise<DeadLetterPage>;
  readonly resend: (wanted: Wanted) => Promise<Resent>;
  readonly report: Report;
}
