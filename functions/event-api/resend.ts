// Sends dead letters again, once. Sent first and marked then: whoever dies in between, or two replicas at once, send a letter
// twice, which is harmless, because whatever a letter brings is an upsert.
import { z } from 'zod';
import { letterResent } from '../../eventing/cloud-events.ts';
import { readUnsent } from '../../eventing/dead-letters.ts';
import { isLetterId, letterId, type LetterSet } from '../../eventing/letter-set.ts';
import { type Log, type LogRecord, type Message, NotAppendable } from '../../eventing/log.ts';
import type { Report } from '../../eventing/report.ts';
import type { Store } from '../../sql/store.ts';
import { Problem } from './problem.ts';
import { type Surroundings, wayBack } from './way-back.ts';

const MOST_IDS = 1_000;
// A call ends well before a Knative revision would cut it off; whoever wants more calls again.
const MOST_SENT = 1_000;
const LONGEST_MS = 60_000;
const AT_ONCE = 64;
const MOST_REFUSALS = 100;

const letterIds = z
  .array(z.string().refine(isLetterId, 'An id looks like 0-17.'))
  .min(1, 'Give at least one id.')
  .max(MOST_IDS, `Give at most ${MOST_IDS} ids at once.`);

export const resendBody = z
  .strictObject({
    ids: letterIds.optional(),
    event: z.string().optional(),
    all: z.literal(true, 'all is true or left out.').optional(),
  })
  .refine((body) => Object.values(body).filter((value) => value !== undefined).length === 1, {
    message: 'Give one of these: ids, event, or "all": true.',
  });
export type Wanted = z.infer<typeof resendBody>;

export const resentAnswer = z.object({
  resent: z.int(),
  /** of the ids, those that were sent again before */
  already: z.int(),
  /** what cannot be sent again, and why: the first hundred */
  refused: z.array(z.object({ id: z.string(), reason: z.string() })),
  /** true when the call ended before all was sent: call again */
  more: z.boolean(),
});
export type Resent = z.infer<typeof resentAnswer>;

export interface ResendDeps {
  readonly store: Store;
  readonly log: Log;
  readonly report: Report;
}

/** One call at a time. Rejects with a {@link Problem} 503 when the log does not take what is sent. */
export function resender(deps: ResendDeps): (wanted: Wanted) => Promise<Resent> {
  let last: Promise<unknown> = Promise.resolve();
  return (wanted) => {
    const sending = last.then(() => resend(deps, wanted));
    last = sending.catch(() => undefined);
    return sending;
  };
}

async function resend(deps: ResendDeps, wanted: Wanted): Promise<Resent> {
  const [events, topics] = await Promise.all([deps.store.events(), deps.log.topics()]);
  const around = { events: new Map(events.map((it) => [it.code, it])), topics: new Set(topics) };
  const { resent, batches } = await readUnsent(deps.log);
  const { take, left, already } = selection(wanted, resent);
  const done: Resent = { resent: 0, already, refused: [], more: false };
  const until = Date.now() + LONGEST_MS;
  for await (const batch of batches) {
    const taken = batch.filter(take);
    for (let at = 0; at < taken.length; at += AT_ONCE) {
      await sendSome(deps, taken.slice(at, at + AT_ONCE), around, done);
    }
    if (left?.size === 0) return done;
    done.more = done.resent >= MOST_SENT || Date.now() > until;
    if (done.more) return done;
  }
  for (const id of left ?? []) refuse(done, id, 'There is no dead letter with this id.');
  return done;
}

interface Selection {
  /** whether a letter is wanted; called once for each */
  readonly take: (record: LogRecord) => boolean;
  /** the ids that are yet to be found, where ids are asked for */
  readonly left: ReadonlySet<string> | undefined;
  readonly already: number;
}

function selection({ ids, event }: Wanted, resent: LetterSet): Selection {
  if (ids === undefined) {
    const take = ({ headers }: LogRecord): boolean => event === undefined || headers['ce_subject'] === event;
    return { take, left: undefined, already: 0 };
  }
  const distinct = new Set(ids);
  const left = new Set([...distinct].filter((id) => !resent.has(id)));
  return { take: (record) => left.delete(letterId(record)), left, already: distinct.size - left.size };
}

function refuse({ refused }: Resent, id: string, reason: string): void {
  if (refused.length < MOST_REFUSALS) refused.push({ id, reason });
}

async function sendSome(
  deps: ResendDeps,
  records: readonly LogRecord[],
  around: Surroundings,
  done: Resent,
): Promise<void> {
  const outcomes = await Promise.allSettled(records.map((record) => send(deps.log, record, around, done)));
  const markers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
  try {
    if (markers.length > 0) await deps.log.append(markers);
    done.resent += markers.length;
    if (failures[0] !== undefined) throw failures[0].reason;
  } catch (cause) {
    deps.report('error', 'Dead letters could not be sent again', cause);
    throw new Problem(
      503,
      'The log does not take them. Send them again: what went through is not sent twice.',
    );
  }
}

/** The letter's marker once the letter is sent; nothing when it cannot be. */
async function send(
  log: Log,
  record: LogRecord,
  around: Surroundings,
  done: Resent,
): Promise<readonly Message[]> {
  const id = letterId(record);
  const made = wayBack(record, around);
  if ('refused' in made) {
    refuse(done, id, made.refused);
    return [];
  }
  try {
    await log.append([made]);
  } catch (error) {
    if (!(error instanceof NotAppendable)) throw error;
    refuse(done, id, `Its topic will not have it: ${error.message}.`);
    return [];
  }
  return [letterResent('event-api', id, record.headers['ce_subject'] || undefined)];
}
