// What could not be delivered, as `dead-letters` keeps it: what a letter says, and which letters were sent again.
// A letter that was sent again stays where it is, and a marker says so: whoever dies between the two only sends it twice.
import { batchesOf } from './announced.ts';
import { COLLECTION_NOTED, EVENT_CHANGED, LETTER_RESENT, TWEETS_RECEIVED } from './cloud-events.ts';
import { letterId, letterSet, type LetterSet } from './letter-set.ts';
import type { Log, LogRecord } from './log.ts';
import { COLLECTION, DEAD_LETTERS, EVENTS, rawTweets } from './topics.ts';

/** What is undefined the letter does not say: one without `status` had no answer at all. */
export interface Letter {
  /** `partition-offset` on `dead-letters` */
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
  /** when it was put there, ms since 1970 */
  readonly time: number;
  readonly type: string | undefined;
  /** the code of the event that it is about */
  readonly event: string | undefined;
  /** where the record was before */
  readonly topic: string | undefined;
  /** of the whole record, also where only its beginning was kept */
  readonly bytes: number;
  readonly isWhole: boolean;
  /** the URL that did not take it */
  readonly destination: string | undefined;
  readonly status: number | undefined;
  /** the first bytes of the answer, at most 1,024, as UTF-8 */
  readonly answer: string | undefined;
}

const ANSWER_BYTES = 1024;
// Nothing that we write is longer; what a stranger wrote is cut.
const LONGEST = 300;

export const isLetter = ({ headers }: LogRecord): boolean => headers['ce_type'] !== LETTER_RESENT;

export function letterOf(record: LogRecord): Letter {
  const { headers, partition, offset, time, value } = record;
  const said = (name: string): string | undefined => cut(headers[`ce_${name}`]);
  const answer = headers['ce_knativeerrordata'];
  const [type, event] = [said('type'), said('subject')];
  const wholeLength = numberIn(headers['ce_wholelength']);
  return {
    id: letterId(record),
    partition,
    offset,
    time,
    type,
    event,
    topic: topicOf(type, event) ?? said('source')?.split('#')[1],
    bytes: wholeLength === undefined ? (value?.length ?? 0) : wholeLength,
    isWhole: wholeLength === undefined,
    destination: said('knativeerrordest'),
    status: numberIn(headers['ce_knativeerrorcode']),
    answer: answer === undefined ? undefined : firstBytes(answer),
  };
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A copy, because a part of a long string keeps all of it in memory. */
function cut(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= LONGEST) return text;
  return Buffer.from(text.slice(0, LONGEST)).toString();
}

/** Where records of a type travel; of a record that was no CloudEvent, Knative names the topic in `source` instead. */
function topicOf(type: string | undefined, event: string | undefined): string | undefined {
  if (type === TWEETS_RECEIVED) return event === undefined ? undefined : rawTweets(event).name;
  if (type === EVENT_CHANGED) return EVENTS.name;
  return type === COLLECTION_NOTED ? COLLECTION.name : undefined;
}

function firstBytes(base64: string): string {
  // Four characters carry three bytes.
  const enough = base64.slice(0, Math.ceil(ANSWER_BYTES / 3) * 4);
  return Buffer.from(enough, 'base64').subarray(0, ANSWER_BYTES).toString();
}

/** How many letters of each event (`''` for none) were not sent again, in whatever order letters and markers are read. */
export interface Unsent {
  readonly byEvent: Map<string, number>;
  readonly counted: LetterSet;
  readonly resent: LetterSet;
}

export function noLetters(): Unsent {
  return { byEvent: new Map(), counted: letterSet(), resent: letterSet() };
}

/** Counts a letter, or takes one off at its first marker. */
export function countLetter({ byEvent, counted, resent }: Unsent, record: LogRecord): void {
  const event = record.headers['ce_subject'] ?? '';
  const add = (by: number): void => {
    byEvent.set(event, (byEvent.get(event) ?? 0) + by);
  };
  if (isLetter(record)) {
    if (!resent.has(letterId(record)) && counted.add(letterId(record))) add(1);
    return;
  }
  if (resent.add(record.key) && counted.has(record.key)) add(-1);
}

/** By event: letters of posts that were not sent again. An announcement or a note that could not be delivered is none. */
export async function unsentPosts(log: Pick<Log, 'tail'>): Promise<Map<string, number>> {
  const unsent = noLetters();
  for await (const batch of batchesOf(log, DEAD_LETTERS.name)) {
    for (const record of batch) {
      if (!isLetter(record) || record.headers['ce_type'] === TWEETS_RECEIVED) countLetter(unsent, record);
    }
  }
  return unsent.byEvent;
}

/**
 * All letters that were not sent again, oldest first, and which ones were. The topic is read twice, because a marker stands
 * behind its letter: that costs time, but a million letters no memory.
 */
export async function readUnsent(
  log: Pick<Log, 'tail'>,
): Promise<{ readonly resent: LetterSet; readonly batches: AsyncIterable<readonly LogRecord[]> }> {
  const resent = letterSet();
  for await (const batch of batchesOf(log, DEAD_LETTERS.name)) {
    for (const record of batch) if (!isLetter(record)) resent.add(record.key);
  }
  return { resent, batches: unsentBatches(log, resent) };
}

async function* unsentBatches(
  log: Pick<Log, 'tail'>,
  resent: LetterSet,
): AsyncGenerator<readonly LogRecord[]> {
  for await (const batch of batchesOf(log, DEAD_LETTERS.name)) {
    yield batch.filter((record) => isLetter(record) && !resent.has(letterId(record)));
  }
}
