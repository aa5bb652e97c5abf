// What the ledger says of a gap that is searched, in words for a person. Of two notes with equal numbers the ledger keeps the
// greater (sql/store.ts, saveGap), so they grow: "Posts …" (gaps.ts) < "Search 1 of 2, <time>" < "Search 2 …" < "Search was …" < "Searched …".
import type { GapFill, Note } from '../eventing/collection.ts';

export type GapNote = Extract<Note, { kind: 'gap.opened' | 'gap.closed' | 'gap.filled' }>;

export const LOOK_BACK = 'Nobody collected for this event before it was made; it was asked to look back.';
export const SWITCHED_OFF =
  'Search was not tried: it is switched off (X_SEARCH_POSTS_PER_DAY is 0). Posts of this time may be missing.';
export const TOO_MANY =
  'Search was not tried: too many gaps wait for it already. Posts of this time may be missing.';
export const ARCHIVED =
  'Search was stopped, since the event was archived. Posts of this time may be missing.';

/** `22 Nov 2026` would not grow with time; this does. */
const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** Distinct posts of the event that search found in the gap, in the fullest of its rounds. */
export function recoveredBy({ early, late, again }: GapFill): number {
  return early + Math.max(late, again);
}

export function filled(fill: GapFill, note: string): GapNote {
  const { event, from, to, reason } = fill;
  return { kind: 'gap.filled', event, from, to, reason, recovered: recoveredBy(fill), note };
}

/** A gap that is over, of an event that asks for posts from before it was made. */
export function lookBack(event: string, from: string, to: string): GapNote {
  const note = 'Posts of this time may be missing.';
  return { kind: 'gap.closed', event, from, to, reason: LOOK_BACK, recovered: 0, note };
}

/** `next`: what happens now. */
export function stillSearching(fill: GapFill, now: number, next: string): string {
  return `Search ${fill.round} of 2, ${at(now)}: ${next} Posts of this time may be missing.`;
}

export const GOES_ON = 'it is still reading.';
export const USED_UP = 'as many posts as may be read in a day were read; it goes on at 00:00 UTC.';
export const failing = (problem: string): string => `it failed and is tried again: ${problem}.`;
export const again = (due: number): string =>
  `done; it asks once more at ${at(due)}, for what was not in the index yet.`;

/** What can be said when all was asked for. Never that all is there: nobody knows. */
export function searched(fill: GapFill, now: number, blind: string): string {
  const some = recoveredBy(fill) > 0;
  return [
    `Searched, last at ${at(now)}.`,
    some ? 'The stream may have brought some of what was found, too.' : 'No post was found.',
    ...(fill.reached > fill.from
      ? [`Nothing before ${at(Date.parse(fill.reached))} could be searched: that was too long ago.`]
      : []),
    ...(fill.refused === '' ? [] : [`Some keywords could not be searched for: ${fill.refused}.`]),
    `Search ${blind}, so posts of this time may still be missing.`,
  ].join(' ');
}
