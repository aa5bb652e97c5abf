// What the ledger says of a gap that is searched, in words for a person. Of two notes with equal numbers the ledger keeps the
// greater (sql/store.ts, saveGap), so they grow: "Posts …" (gaps.ts) < "Search 1 of 2, <time>" < "Search 2 …" < "Search w…" < "Searched …".
import type { GapFill, Note } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';

export type GapNote = Extract<Note, { kind: 'gap.opened' | 'gap.closed' | 'gap.filled' }>;

export const LOOK_BACK = 'Nobody collected for this event before it was made; it was asked to look back.';
export const SWITCHED_OFF =
  'Search was not asked for this time: it is switched off (X_SEARCH_POSTS_PER_DAY is 0). Posts of this time may be missing.';
export const TOO_MANY =
  'Search was not asked for this time: too many gaps wait for it already. Posts of this time may be missing.';
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
export function lookBack({ code }: CrisisEvent, from: string, to: string): GapNote {
  const note = 'Posts of this time may be missing.';
  return { kind: 'gap.closed', event: code, from, to, reason: LOOK_BACK, recovered: 0, note };
}

/** `next`: what happens now, as a sentence. */
export function stillSearching(fill: GapFill, now: number, next: string): string {
  return `Search ${fill.round} of 2, ${at(now)}: ${found(fill)} ${next} It is still being searched.`;
}

export const goesOn = 'More is being read.';
export const again = (due: number): string =>
  `At ${at(due)} it is searched once more, for what was not in the index yet.`;
export const usedUp = (perDay: number): string =>
  `The day's ${perDay} posts for searching are used up; it goes on at 00:00 UTC.`;
export const failing = (problem: string): string => `It cannot go on now and is tried again: ${problem}.`;

export function searched(fill: GapFill, now: number, blind: string): string {
  const missed = fill.missed === '' ? '' : ` ${fill.missed}`;
  return `Searched twice, last at ${at(now)}. ${found(fill)}${missed} Search ${blind}, so posts of this time may still be missing.`;
}

function found(fill: GapFill): string {
  const posts = recoveredBy(fill);
  return posts === 0 ? 'It found no post.' : `It found ${posts} ${posts === 1 ? 'post' : 'posts'}.`;
}

export const outOfReach = (reached: number): string =>
  `Nothing before ${at(reached)} could be searched: that was too long ago.`;
export const refusedQuery = (problem: string): string => `Some keywords could not be searched for: ${problem}.`;
