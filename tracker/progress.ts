// What a tracker says of itself every few seconds: for whoever watches, and for the next tracker. Pure.
import type { Progress } from '../eventing/collection.ts';
import type { Budget } from './budget.ts';
import type { GapFiller } from './gap-filler.ts';
import type { Intake } from './intake.ts';
import type { Listening } from './listening.ts';
import type { Source } from './source.ts';
import type { Spool } from './spool.ts';

export interface Standings {
  readonly install: string;
  readonly source: Source;
  readonly spool: Spool | undefined;
  readonly budget: Budget;
  readonly previous: Progress | undefined;
  readonly listening: Listening;
  readonly intake: Intake;
  readonly filler: GapFiller | null;
  readonly startedAt: string;
  /** why nothing can be stored now */
  readonly storing: string | null;
  /** of a replay */
  readonly reached: { readonly offset: number; readonly done: boolean };
}

/** `now` in ms since 1970, in our clock. */
export function progressAt(now: number, of: Standings): Progress {
  const { install, source, previous, listening, intake } = of;
  const { matchedByEvent: _, ...counts } = intake.counters.all;
  return {
    install,
    source: source.name,
    ...source.rules(),
    ...listening.standing,
    ...counts,
    at: new Date(now).toISOString(),
    startedAt: of.startedAt,
    problem: of.storing ?? listening.standing.problem,
    lastPostAt: intake.lastPostAt,
    rate: intake.counters.rate(now),
    spoolBytes: of.spool?.bytes() ?? 0,
    spent: spentOf(of),
    search: searchOf(of),
    live: source.live ? listening.liveAt(now) : (previous?.live ?? null),
    replay: source.replayOf && { ...source.replayOf, ...of.reached },
  };
}

function spentOf({ source, budget, previous }: Standings): Progress['spent'] {
  return source.name === 'x' ? budget.spent : (previous?.spent ?? null);
}

/** Without a search, what waits for one is passed on to the next tracker that has it. */
function searchOf({ filler, previous }: Standings): Progress['search'] {
  return filler === null ? (previous?.search ?? null) : filler.standing;
}
