// What was missed and what was refused: kept beside the tweets, so that a collection can say how complete it is.
import { z } from 'zod';
import { eventCode } from './crisis-event.ts';

/** What is said of a gap is a part of its key, which no database lets be long. */
const WORDS = 10_000;

/** An interval for which an event may lack posts. Times are RFC 3339, UTC; `to` is null while it lasts. */
export const gap = z.strictObject({
  event: eventCode,
  from: z.iso.datetime(),
  to: z.iso.datetime().nullable(),
  reason: z.string().max(WORDS),
  /** distinct posts of the event that search found in it; the stream may have brought some of them, too */
  recovered: z.int32().nonnegative(),
  /** what can be said of the rest, in words */
  note: z.string().max(WORDS),
});
export type Gap = z.infer<typeof gap>;

/** A line, post or row that is no valid message or that the database refused. `bytes` are its first 64 KB. */
export interface Rejected {
  /** SHA-256 of the whole, hexadecimal: with `event` the natural key, so that a repeated rejection is one */
  readonly sha256: string;
  /** event code, or '' where no event is known */
  readonly event: string;
  readonly reason: string;
  readonly length: number;
  readonly bytes: Uint8Array;
  /** ms since 1970 */
  readonly at: number;
}
