// The promise, in the plainest words: what is neither stored nor in a gap, and what a gap claims without a reason.
// Every time is ms since 1970 in X's clock.
import type { Note } from '../../eventing/collection.ts';

export interface Pushed {
  readonly id: string;
  readonly at: number;
  readonly words: readonly string[];
}

/** What an event asked for since `at`. */
export interface Version {
  readonly at: number;
  readonly keywords: readonly string[];
}

export interface Trouble {
  readonly at: number;
  /** undefined: every event's */
  readonly code: string | undefined;
  readonly kind: 'start' | 'stop' | 'kill' | 'words';
}

export interface Claim {
  readonly from: number;
  /** Infinity while it is open */
  readonly to: number;
  readonly reason: string;
}

export interface Run {
  readonly pushed: readonly Pushed[];
  /** posts from then on count */
  readonly since: number;
  readonly troubles: readonly Trouble[];
  readonly versions: ReadonlyMap<string, readonly Version[]>;
  /** ids by event, as the log has them */
  readonly stored: ReadonlyMap<string, ReadonlySet<string>>;
  readonly gaps: ReadonlyMap<string, readonly Claim[]>;
  /** posts arrive when they are due, but for a moment */
  readonly prompt: boolean;
  /** what reading X's clock off whole seconds costs */
  readonly blurMs: number;
  readonly ruleDelayMs: number;
  readonly endedAt: number;
}

/** Written by hand from the design, not taken from the code: 10 s before a loss, 90 s and a report's 5 s before a death. */
const MARGIN_MS = { start: 0, words: 0, stop: 10_000, kill: 95_000 };
/** A machine that has much else to do. */
const TOLERANCE_MS = 3_000;
/** A post that was sent is handled within this, or its event may have let go of it. */
const HANDLED_MS = 3_000;
/** Nothing is under way for longer where every post is prompt. */
const MOMENT_MS = 1_500;

/** As the ledger has them (store.ts, saveGap): by event and beginning; a note of its end stands, whenever it came, and the latest end. */
export function gapsOf(notes: readonly Note[]): Map<string, Claim[]> {
  const all = new Map<string, Map<string, Claim>>();
  for (const note of notes) {
    if (note.kind !== 'gap.opened' && note.kind !== 'gap.closed') continue;
    const of = all.get(note.event) ?? new Map<string, Claim>();
    all.set(note.event, of);
    const before = of.get(note.from)?.to ?? Infinity;
    const end = note.to === null ? Infinity : Date.parse(note.to);
    const to = before === Infinity || end === Infinity ? Math.min(before, end) : Math.max(before, end);
    of.set(note.from, { from: Date.parse(note.from), to, reason: note.reason });
  }
  return new Map([...all].map(([code, of]) => [code, [...of.values()]]));
}

/** Posts, as `event id at`, that are neither stored for an event that asked for them nor in a gap of it. */
export function lostIn(run: Run): string[] {
  const lost: string[] = [];
  for (const [code, versions] of run.versions) {
    const gaps = run.gaps.get(code) ?? [];
    for (const post of run.pushed.filter(({ at }) => at >= run.since)) {
      if (run.stored.get(code)?.has(post.id) === true || !isWanted(versions, post)) continue;
      if (gaps.some((gap) => excuses(run, gap, { at: post.at, versions, gaps }))) continue;
      lost.push(`${code} ${post.id} ${new Date(post.at).toISOString()} ${post.words.join(' ')}`);
    }
  }
  return lost;
}

/** Asked for when it was sent and as long as it may have been under way. */
function isWanted(versions: readonly Version[], { at, words }: Pushed): boolean {
  const first = versions.findLastIndex((version) => version.at <= at);
  if (first < 0) return false;
  return versions
    .slice(first)
    .filter((version) => version.at <= at + HANDLED_MS)
    .every(({ keywords }) => words.some((word) => keywords.includes(word)));
}

/** The 10 s before a loss are for X's own delay: where there is none, and they are all there, they excuse nothing. */
function excuses({ prompt, blurMs }: Run, { from, to, reason }: Claim, of: Excused): boolean {
  const { at, versions, gaps } = of;
  const isNew = Math.abs(from - (versions[0]?.at ?? 0)) < MOMENT_MS;
  const isLoss = !isNew && /the stream|ended/i.test(reason);
  const loss = prompt && isLoss ? from + MARGIN_MS.stop - MOMENT_MS : from;
  // One that was open already, and of which nothing is left, gave way to this one.
  const before = gaps.find((gap) => gap.from === gap.to && gap.from >= from && gap.from <= to);
  const begin = Math.min(loss, before?.from ?? loss);
  return begin - blurMs <= at && at <= to + blurMs;
}

interface Excused {
  readonly at: number;
  readonly versions: readonly Version[];
  /** all of the event */
  readonly gaps: readonly Claim[];
}

/** What was stored for an event that never asked for it, or never sent. */
export function foreignIn(run: Run): string[] {
  const byId = new Map(run.pushed.map((post) => [post.id, post]));
  return [...run.stored].flatMap(([code, ids]) => {
    const words = new Set(run.versions.get(code)?.flatMap(({ keywords }) => keywords));
    return [...ids].filter((id) => byId.get(id)?.words.some((word) => words.has(word)) !== true);
  });
}

/** Gaps that begin before anything went wrong, or go on when posts have long been coming again. */
export function overclaimedIn(run: Run): string[] {
  return [...run.gaps].flatMap(([code, gaps]) => {
    const troubles = run.troubles.filter((trouble) => trouble.code === undefined || trouble.code === code);
    // Of a gap that was found to have begun at another time nothing is left.
    return gaps
      .filter(({ from, to }) => to > from)
      .flatMap((gap) => {
        const why = overclaim(run, code, gap, troubles);
        return why === undefined ? [] : [`${code} ${why}: ${shown(gap)}`];
      });
  });
}

const shown = ({ from, to, reason }: Claim): string =>
  `${new Date(from).toISOString()} to ${to === Infinity ? 'open' : new Date(to).toISOString()}: ${reason}`;

function overclaim(
  run: Run,
  code: string,
  { from, to }: Claim,
  troubles: readonly Trouble[],
): string | undefined {
  const until = to + run.blurMs + TOLERANCE_MS;
  const since = (trouble: Trouble): number =>
    trouble.at - MARGIN_MS[trouble.kind] - run.blurMs - TOLERANCE_MS;
  if (!troubles.some((trouble) => since(trouble) <= from && trouble.at <= until)) return 'begins too early';
  const last = troubles.filter(({ at }) => at <= to).at(-1);
  const settled = (last?.at ?? 0) + (last?.kind === 'words' ? run.ruleDelayMs + TOLERANCE_MS : MOMENT_MS);
  const again = run.pushed.find(({ id, at }) => at > settled && run.stored.get(code)?.has(id) === true);
  const isLate = again !== undefined && Math.min(to, run.endedAt) > again.at + run.blurMs + TOLERANCE_MS;
  return isLate ? 'ends too late' : undefined;
}
