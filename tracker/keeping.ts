// What keeping means: a lot of messages is durable, in the log or in the spool before it, when `keep` resolves.
import { setTimeout } from 'node:timers/promises';
import { NotAppendable, type Log, type Message } from '../eventing/log.ts';
import { specOf } from '../eventing/topics.ts';
import type { Spool } from './spool.ts';

/** Never rejects: what cannot be kept now is tried again for as long as the process lives. */
export type Keep = (messages: readonly Message[]) => Promise<void>;

/** Told once per row of failures, and with `undefined` when it works again. */
export type Told = (problem: string | undefined) => void;

/** A log that does not answer within this has the spool take its place. */
const PATIENCE_MS = 2_000;
const LONGEST_RETRY_MS = 5_000;

/** Into the log and nowhere else: for a log on the same disk, whose outage no other file would survive. */
export function keepInLog(log: Log, tell: Told): Keep {
  return insisting('The log takes no records', tell, (messages) => appendTo(log, messages));
}

/** Into the log, but into the spool what it does not take, and whatever would overtake that. */
export function keepInSpool(log: Log, spool: Spool, tell: Told): Keep {
  const keep = insisting('Neither the log nor the spool takes records', tell, (messages) =>
    spool.append(messages),
  );
  return async (messages) => {
    const later = messages.filter(({ topic }) => spool.holds(topic));
    const now = messages.filter(({ topic }) => !spool.holds(topic));
    const refused = now.length > 0 && !(await taken(log, now)) ? now : [];
    if (later.length + refused.length > 0) await keep([...refused, ...later]);
  };
}

/** Whether the log has taken them for sure. One that answers later has them twice, which harms nothing. */
async function taken(log: Log, messages: readonly Message[]): Promise<boolean> {
  const waiting = new AbortController();
  const appended = appendTo(log, messages).then(
    () => true,
    () => false,
  );
  const late = setTimeout(PATIENCE_MS, false, { signal: waiting.signal }).catch(() => false);
  const result = await Promise.race([appended, late]);
  waiting.abort();
  return result;
}

function insisting(problem: string, tell: Told, work: Keep): Keep {
  return async (messages) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await work(messages);
        if (attempt > 1) tell(undefined);
        return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (attempt === 1) tell(`${problem}, trying again: ${reason}`);
        await setTimeout(Math.min(100 * 2 ** attempt, LONGEST_RETRY_MS));
      }
    }
  };
}

/** As `log.append`; a topic that is not there, because somebody deleted it under us, is made. */
export async function appendTo(log: Log, messages: readonly Message[]): Promise<void> {
  try {
    await log.append(messages);
  } catch (error) {
    if (!(error instanceof NotAppendable)) throw error;
    for (const name of new Set(messages.map(({ topic }) => topic))) {
      const spec = specOf(name);
      if (spec !== undefined) await log.createTopic(spec);
    }
    await log.append(messages);
  }
}
