// Whole rows against a plain reading of what was sent: what is missing, different, or was never sent.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Gap } from '../../sql/ledger.ts';
import type { Recorded } from '../../tracker/x-simulator/recording.ts';
import { comparable, type Kept } from '../journey/kept.ts';
import { keywordsIn, plainRow, readMessage } from '../journey/plain-reading.ts';
import type { Wanted } from './system.ts';

/** ms since 1970 */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

/** A post is sent up to a second after it was due, and is under way for a moment. */
const TOLERANCE_MS = 2_000;

/** Each call gives what was recorded since the one before. */
export function recordingReader(file: string): () => Recorded[] {
  let position = 0;
  return () => {
    const descriptor = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(fstatSync(descriptor).size - position);
      readSync(descriptor, bytes, 0, bytes.length, position);
      const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
      position += whole.length;
      const lines = whole.toString().split('\n').slice(0, -1);
      return lines.map((line) => JSON.parse(line) as Recorded);
    } finally {
      closeSync(descriptor);
    }
  };
}

/** A post as it was sent, or would have been. */
interface Sent extends Pick<Recorded, 'matching' | 'line'> {
  readonly message: NonNullable<ReturnType<typeof readMessage>>;
  /** ms since 1970 */
  readonly time: number;
}

export function sentOf(recorded: readonly Recorded[]): Sent[] {
  return recorded.flatMap(({ at, matching, line }) => {
    const message = matching.length === 0 ? undefined : readMessage(line);
    return message === undefined ? [] : [{ matching, line, message, time: Date.parse(at) }];
  });
}

export interface Expected {
  readonly event: Wanted;
  /** of the rule that stands for the event at X */
  readonly tag: string;
  readonly sent: readonly Sent[];
  /** while nobody listened */
  readonly outages: readonly Outage[];
  /** what was found earlier */
  readonly before: Found;
}

/** Of one event, as far as one has looked. */
export interface Found {
  readonly ids: ReadonlySet<string>;
  /** as they were sent */
  readonly messages: ReadonlySet<string>;
  /** how many posts nobody listened to */
  readonly unheard: number;
}

export const NOTHING: Found = { ids: new Set(), messages: new Set(), unheard: 0 };

export interface Comparison {
  /** in words; none when all is as it should be */
  readonly problems: readonly string[];
  readonly found: Found;
}

export function compare(
  { event, tag, sent, outages, before }: Expected,
  { rows, messages, gaps }: Kept,
): Comparison {
  const kept = comparable(rows);
  const problems: string[] = [];
  if (kept.size !== rows.length) problems.push(`${rows.length - kept.size} rows are there twice`);
  const ids = new Set(before.ids);
  const lines = new Set(before.messages);
  let { unheard } = before;
  for (const { matching, line, message, time } of sent) {
    if (!matching.includes(tag)) continue;
    const { id } = message.data;
    const row = kept.get(id);
    if (row !== undefined) {
      ids.add(id);
      lines.add(line);
      const plain = plainRow(event.code, message, keywordsIn(message, event.keywords));
      if (!isDeepStrictEqual(row, plain))
        problems.push(`${id} is ${JSON.stringify(row)}, not ${JSON.stringify(plain)}`);
    } else if (!within(time, outages)) {
      problems.push(`${id} of ${iso(time)} was received and is not stored`);
    } else {
      unheard += 1;
      if (!inLedger(time, gaps)) problems.push(`${id} of ${iso(time)} is missing, and no gap says so`);
    }
  }
  const strange = [...kept.keys()].filter((id) => !ids.has(id));
  if (strange.length > 0) problems.push(`nobody sent ${strange.join(', ')}`);
  const gone = [...before.ids].filter((id) => !kept.has(id));
  if (gone.length > 0) problems.push(`no longer there: ${gone.join(', ')}`);
  problems.push(...compareMessages(messages, [...lines]));
  return { problems, found: { ids, messages: lines, unheard } };
}

function compareMessages(kept: readonly string[], sent: readonly string[]): string[] {
  const there = new Set(kept);
  const problems = sent.filter((line) => !there.has(line)).map((line) => `no message is kept as ${line}`);
  if (kept.length !== sent.length)
    problems.push(`${kept.length} messages are kept, and ${sent.length} were sent`);
  return problems;
}

const within = (time: number, outages: readonly Outage[]): boolean =>
  outages.some(({ from, to }) => time >= from - TOLERANCE_MS && time <= to + TOLERANCE_MS);

const inLedger = (time: number, gaps: readonly Gap[]): boolean =>
  gaps.some(({ from, to }) => Date.parse(from) <= time && (to === null || time <= Date.parse(to)));

const iso = (time: number): string => new Date(time).toISOString();
