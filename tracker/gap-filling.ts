// A filler for the source that a tracker reads, connected to the way its posts and notes take; null where nothing can be searched.
import type { Note, Progress } from '../eventing/collection.ts';
import type { Budget } from './budget.ts';
import { GapFiller } from './gap-filler.ts';
import type { Intake } from './intake.ts';
import type { Publisher } from './publisher.ts';
import type { Source } from './source.ts';
import type { Spool } from './spool.ts';

interface Surroundings {
  readonly source: Source;
  readonly spool: Spool | undefined;
  readonly previous: Progress | undefined;
  readonly budget: Budget;
  readonly report: (message: string) => void;
}

interface Ways {
  readonly intake: Intake;
  readonly note: (notes: readonly Note[]) => void;
  /** Resolves when what was accepted, and then how far the tracker is, is durable. */
  readonly durable: () => Promise<void>;
}

export function fillerFor(of: Surroundings, publisher: Publisher, ways: Ways): GapFiller | null {
  const { source, spool, previous, budget, report } = of;
  const { intake, note, durable } = ways;
  if (source.search === null) return null;
  return new GapFiller({
    search: source.search,
    previous: previous?.search,
    budget,
    report,
    note,
    durable,
    hand: (code, matcher, bytes) => intake.found(code, matcher, bytes),
    reject: (bytes) => intake.unreadable(bytes),
    // What the spool has room for is the stream's.
    room: async (signal) => {
      await spool?.drained(signal);
      await publisher.room();
    },
  });
}
