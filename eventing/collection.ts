// What a tracker says of its own work: rare facts on `collection`, how far it got on `progress`.
import { z } from 'zod';
import { gap } from '../sql/ledger.ts';

const gapNote = z.object({ kind: z.enum(['gap.opened', 'gap.closed', 'gap.filled']), ...gap.shape });

const refusedNote = z.object({
  kind: z.literal('rule.refused'),
  event: z.string(),
  keywords: z.array(z.string()),
  reason: z.string(),
});

const releasedNote = z.object({ kind: z.literal('event.released'), event: z.string(), version: z.int() });

/** `bytes` are the first 64 KB in base64; `more` counts lines beyond what a note or a minute may carry. */
const rejectedNote = z.object({
  kind: z.literal('lines.rejected'),
  lines: z.array(
    z.object({
      sha256: z.string(),
      length: z.int(),
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
});

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
  /** posts per second over the last seconds */
  rate: z.number().nonnegative(),
  /** since the tracker started */
  read: z.int().nonnegative(),
  matched: z.int().nonnegative(),
  rejected: z.int().nonnegative(),
  /** messages that are no posts, by kind: `delete`, `limit`, … */
  control: z.record(z.string(), z.int()),
  spoolBytes: z.int().nonnegative(),
  live: liveProgress.nullable(),
  replay: replayProgress.nullable(),
});
export type Progress = z.infer<typeof progress>;
