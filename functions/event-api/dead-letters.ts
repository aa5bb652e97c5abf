// The dead letters that were not sent again, as pages for a person. Reads the topic; who may send them again is resend.ts.
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { type Letter, letterOf, readUnsent } from '../../eventing/dead-letters.ts';
import type { Log, LogRecord } from '../../eventing/log.ts';
import { Problem } from './problem.ts';

export const deadLetter = z.object({
  id: z.string(),
  /** when it was put aside */
  time: z.iso.datetime(),
  event: z.string().nullable(),
  type: z.string().nullable(),
  /** the topic that it came from */
  topic: z.string().nullable(),
  bytes: z.int(),
  destination: z.string().nullable(),
  /** null when no answer came at all */
  status: z.int().nullable(),
  reason: z.string(),
  /** the first bytes of the answer, at most 1,024 */
  answer: z.string().nullable(),
});
export type DeadLetter = z.infer<typeof deadLetter>;

export const deadLetterPage = z.object({ deadLetters: z.array(deadLetter), next: z.string().nullable() });
export type DeadLetterPage = z.infer<typeof deadLetterPage>;

export interface LetterQuery {
  readonly event?: string | undefined;
  readonly limit: number;
  /** a `next` of an earlier page */
  readonly cursor?: string | undefined;
}

type Place = Pick<Letter, 'time' | 'partition' | 'offset'>;

/** Newest first. Keeps no more than a few pages in memory, however many there are. Throws a {@link Problem} 400 for a bad cursor. */
export async function listLetters(
  log: Pick<Log, 'tail'>,
  { event, limit, cursor }: LetterQuery,
): Promise<DeadLetterPage> {
  const end = cursor === undefined ? undefined : placeOf(cursor);
  const wanted = (record: LogRecord): boolean =>
    (event === undefined || record.headers['ce_subject'] === event) &&
    (end === undefined || newestFirst(end, record) < 0);
  let kept: Letter[] = [];
  const { batches } = await readUnsent(log);
  for await (const batch of batches) {
    kept.push(...batch.filter(wanted).map(letterOf));
    // One more than asked for tells that there is a next page.
    if (kept.length > 2 * limit) kept = kept.toSorted(newestFirst).slice(0, limit + 1);
  }
  const shown = kept.toSorted(newestFirst).slice(0, limit);
  const last = shown.at(-1);
  return {
    deadLetters: shown.map(toJson),
    next: last === undefined || kept.length <= limit ? null : `${last.time}-${last.id}`,
  };
}

function newestFirst(a: Place, b: Place): number {
  return b.time - a.time || b.partition - a.partition || b.offset - a.offset;
}

function placeOf(cursor: string): Place {
  const numbers = /^(\d{1,15})-(\d{1,10})-(\d{1,15})$/.exec(cursor)?.slice(1).map(Number);
  const [time, partition, offset] = numbers ?? [];
  if (time === undefined || partition === undefined || offset === undefined) {
    const message = 'This is no next of an earlier page. Leave it out to begin with the newest.';
    throw new Problem(400, 'The cursor is none of ours.', [{ field: 'cursor', message }]);
  }
  return { time, partition, offset };
}

function toJson(letter: Letter): DeadLetter {
  return {
    id: letter.id,
    time: new Date(letter.time).toISOString(),
    event: letter.event ?? null,
    type: letter.type ?? null,
    topic: letter.topic ?? null,
    bytes: letter.bytes,
    destination: letter.destination ?? null,
    status: letter.status ?? null,
    reason: reasonOf(letter),
    answer: letter.answer ?? null,
  };
}

/** In a sentence: what the problem document of a function of ours says, else what HTTP calls the status. */
function reasonOf({ status, answer }: Letter): string {
  if (status === undefined) return 'No answer came in time, or nothing could be reached.';
  const said = titleIn(answer);
  return `Answered ${status}: ${said ?? STATUS_CODES[status] ?? 'no reason was given'}`;
}

const document = z.object({ title: z.string(), detail: z.string().optional() });

function titleIn(answer: string | undefined): string | undefined {
  if (answer === undefined) return undefined;
  try {
    const { data } = document.safeParse(JSON.parse(answer));
    return data?.detail ?? data?.title;
  } catch {
    return undefined;
  }
}
