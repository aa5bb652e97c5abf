// The gaps that wait for search, and how far the search through each is. Pure: what is next, and what follows a page.
import type { GapFill } from '../eventing/collection.ts';
import type { FoundPost, SearchQuery } from './gap-search.ts';

/** What is searched twice, at a gap's end: a service's index does not lag behind longer than that. */
export const REPEATED_MS = 3_600_000;
/** All that waits is part of a record of at most 1 MB, again and again. */
export const MAX_STATE_BYTES = 400_000;

export const iso = (ms: number): string => new Date(ms).toISOString();

/** A gap is known by these (sql/store.ts, saveGap). */
export const keyOf = ({ event, from, reason }: Pick<GapFill, 'event' | 'from' | 'reason'>): string =>
  `${event} ${from} ${reason}`;

interface Closed {
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** `due` in ms since 1970 */
export function newFill(gap: Closed, keywords: readonly string[], due: number): GapFill {
  return {
    event: gap.event,
    from: gap.from,
    to: gap.to,
    reason: gap.reason,
    keywords: [...keywords],
    round: 1,
    due: iso(due),
    query: 0,
    next: null,
    early: 0,
    late: 0,
    again: 0,
    reached: gap.from,
    refused: '',
  };
}

export function fits(fills: Iterable<GapFill>, another: GapFill): boolean {
  let bytes = 0;
  for (const fill of [...fills, another]) bytes += Buffer.byteLength(JSON.stringify(fill));
  return bytes <= MAX_STATE_BYTES;
}

/** The part of the gap that its round goes through, both ends included, ms since 1970. */
export function spanOf({ from, to, round }: GapFill): { from: number; to: number } {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return { from: round === 1 ? begin : Math.max(begin, end - REPEATED_MS), to: end };
}

/** Of those that are due the shortest: a week of looking back holds up no gap of a minute. */
export function nextOf(fills: Iterable<GapFill>, now: number): GapFill | undefined {
  const due = [...fills].filter((fill) => Date.parse(fill.due) <= now);
  return due.toSorted((a, b) => lengthOf(a) - lengthOf(b))[0];
}

const lengthOf = ({ from, to }: GapFill): number => Date.parse(to) - Date.parse(from);

/** ms until the next is due; `most` when none is before that. */
export function untilNext(fills: Iterable<GapFill>, now: number, most: number): number {
  return Math.min(most, ...[...fills].map(({ due }) => Math.max(0, Date.parse(due) - now)));
}

/** A post that an earlier query of the round asked for, too, is counted there. */
export function isOfQuery(
  queries: readonly SearchQuery[],
  query: number,
  matched: readonly string[],
): boolean {
  return queries
    .slice(0, query)
    .every(({ keywords }) => !keywords.some((keyword) => matched.includes(keyword)));
}

/** With posts that were found for the event, each of them new in this round. */
export function counted(fill: GapFill, posts: readonly FoundPost[]): GapFill {
  if (fill.round === 2) return { ...fill, again: fill.again + posts.length };
  const repeated = Date.parse(fill.to) - REPEATED_MS;
  const late = posts.filter(({ time }) => time >= repeated).length;
  return { ...fill, late: fill.late + late, early: fill.early + posts.length - late };
}

/** Where it goes on behind a page; undefined when all is done. `again`: when the second round is due, ms since 1970. */
export function moved(
  fill: GapFill,
  next: string | null,
  queries: readonly SearchQuery[],
  again: number,
): GapFill | undefined {
  if (next !== null) return { ...fill, next };
  if (fill.query + 1 < queries.length) return { ...fill, query: fill.query + 1, next: null };
  return fill.round === 1 ? { ...fill, round: 2, due: iso(again), query: 0, next: null } : undefined;
}
