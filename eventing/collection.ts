// What a tracker says of its own work: rare facts on `collection`, how far it got on `progress`. A controller notes there, too,
// what the cluster refuses.
import { z } from 'zod';
import { eventCode } from '../sql/crisis-event.ts';
import { gap } from '../sql/ledger.ts';

/** Reason of a gap that a controller notes: posts arrive, and nothing stores them while it lasts. */
export const CLUSTER_REFUSES = 'The cluster refuses what this event needs';

const gapNote = z.object({ kind: z.enum(['gap.opened', 'gap.closed', 'gap.filled']), ...gap.shape });

const refusedNote = z.object({
  kind: z.literal('rule.refused'),
  event: eventCode,
  keywords: z.array(z.string()),
  reason: z.string(),
});

const releasedNote = z.object({
  kind: z.literal('event.released'),
  event: eventCode,
  version: z.int32().positive(),
});

/** `bytes` are the first 64 KB in base64; `more` counts lines beyond what a note or a minute may carry. */
const rejectedNote = z.object({
  kind: z.literal('lines.rejected'),
  lines: z.array(
    z.object({
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'This is no SHA-256 in hexadecimal.'),
      length: z.int().nonnegative(),
      reason: z.string(),
      bytes: z.string(),
      at: z.iso.datetime(),
    }),
  ),
  more: z.int().nonnegative(),
});

export const note = z.discriminatedUnion('kind', [gapNote, refusedNote, releasedNote, rejectedNote]);
export type Note = z.infer<typeof note>;

/** Where a replay is in its file: `offset` bytes of the unpacked text are done. */
const replayProgress = z.object({
  /** what the file is: a hash of path, size and first 64 KB */
  file: z.string(),
  /** what it is read for: a hash of the active events and their keywords */
  wanted: z.string(),
  offset: z.int().nonnegative(),
  done: z.boolean(),
});

/** Where live collecting stands; a replay passes it on unchanged. */
const liveProgress = z.object({
  /** everything received before this is durable; RFC 3339 */
  at: z.iso.datetime(),
  /** by event code: the gaps that are open */
  gaps: z.record(z.string(), z.object({ from: z.iso.datetime(), reason: z.string() })),
  /** by how many ms the service's clock, which these times are in, is ahead of ours; null: not known yet, they are in ours */
  aheadMs: z.number().nullable().default(null),
});

/** Keywords of an event that the service does not collect at this time, and why. */
export const refusal = z.object({
  event: z.string(),
  /** the first of them */
  keywords: z.array(z.string()),
  /** how many more there are */
  more: z.int().nonnegative(),
  reason: z.string(),
});
export type Refusal = z.infer<typeof refusal>;

/** Rules of the account that are not this install's: left alone, though they count towards its limit and its bill. */
const foreignRules = z.object({
  count: z.int().nonnegative(),
  /** how many of them are of another install of Epicenter, perhaps a former one */
  ofOtherInstalls: z.int().nonnegative(),
  /** the first of them, cut off where they are long */
  examples: z.array(z.object({ value: z.string(), tag: z.string() })),
});
export type ForeignRules = z.infer<typeof foreignRules>;

/** Posts that X delivered and bills, by UTC day and month. */
const spent = z.object({
  /** such as 2026-03-01 */
  day: z.iso.date(),
  today: z.int().nonnegative(),
  thisMonth: z.int().nonnegative(),
  /** our own limit, X_POSTS_PER_DAY */
  perDay: z.int().positive().nullable(),
});
export type Spent = z.infer<typeof spent>;

/** A closed gap that a search has yet to go through. Times are RFC 3339. */
export const gapFill = z.object({
  event: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  reason: z.string(),
  /** the event's when the gap closed */
  keywords: z.array(z.string()),
  /** 1, then once more for what the service's index did not have yet */
  round: z.int().min(1).max(2),
  /** not before then, in our clock */
  due: z.iso.datetime(),
  /** which query of the round is next, from 0, and where in it */
  query: z.int().nonnegative(),
  next: z.string().nullable(),
  /** posts found for the event: before the time that is searched twice, then in it, in the first round and in the second */
  early: z.int().nonnegative(),
  late: z.int().nonnegative(),
  again: z.int().nonnegative(),
  /** nothing before then could be searched; as `from` when everything could */
  reached: z.iso.datetime(),
  /** why the service would not search for some of the keywords; '' when it did */
  refused: z.string(),
});
export type GapFill = z.infer<typeof gapFill>;

/** Where filling gaps by search stands. */
const searchProgress = z.object({
  spent,
  fills: z.array(gapFill),
  /** codes of the events whose wish to look back is in the ledger */
  lookedBack: z.array(z.string()),
});
export type SearchProgress = z.infer<typeof searchProgress>;

export const progress = z.object({
  install: z.string(),
  /** when this was written; RFC 3339 */
  at: z.iso.datetime(),
  startedAt: z.iso.datetime(),
  source: z.string(),
  /** what the source is doing, in a word: `connecting`, `connected`, `waiting`, `idle`, `reading`, `finished`, `stopped` */
  state: z.string(),
  /** why it is not connected, in words */
  problem: z.string().nullable(),
  connectedSince: z.iso.datetime().nullable(),
  lastPostAt: z.iso.datetime().nullable(),
  rules: z.int().nonnegative(),
  /** of the newest events at most 100 */
  refused: z.array(refusal).default([]),
  foreignRules: foreignRules.default({ count: 0, ofOtherInstalls: 0, examples: [] }),
  /** posts per second over the last seconds */
  rate: z.number().nonnegative(),
  /** since the tracker started */
  read: z.int().nonnegative(),
  matched: z.int().nonnegative(),
  rejected: z.int().nonnegative(),
  /** messages that are no posts, by kind: `delete`, `limit`, … */
  control: z.record(z.string(), z.int()),
  spoolBytes: z.int().nonnegative(),
  /** null for a source that costs nothing */
  spent: spent.nullable().default(null),
  /** null where the source offers no search */
  search: searchProgress.nullable().default(null),
  live: liveProgress.nullable(),
  replay: replayProgress.nullable(),
});
export type Progress = z.infer<typeof progress>;
