// What the simulator is going to send: the sample crisis, or lines that somebody else made.
import { isObject, type Json } from '../../eventing/post.ts';
import { startCrisis, type Made } from './crisis.ts';
import { lineOf } from './lines.ts';
import { messageV2 } from './message-v2.ts';

export interface Item {
  readonly kind: Made['kind'];
  /** of a post: what rules are matched against, and what is sent with its `matching_rules` */
  readonly message: Json;
  /** of anything else: the line as it is sent */
  readonly line: string;
  readonly gapMs: number;
}

/** Told the time (ms since 1970, never falling); undefined when there is no more. */
export type Script = (at: number) => Item | undefined;

export function sampleScript(seed: number, rate: number): Script {
  const next = startCrisis(seed, rate);
  return (at) => {
    const step = next(at);
    const message = messageV2(step.post);
    const line = step.kind === 'post' ? '' : lineOf(step, message, 'v2');
    return { kind: step.kind, message, line, gapMs: step.gapMs };
  };
}

/**
 * v2 messages `{data, includes}`, one a line, at an even rate. Ids and times stay what they are, unless they are `stamped`
 * anew: search finds nothing that is older than a week.
 */
export function givenScript(lines: Iterable<string>, rate: number, stamped?: Stamp): Script {
  const iterator = lines[Symbol.iterator]();
  return (at) => {
    const { done, value } = iterator.next();
    if (done === true) return undefined;
    const item = itemOf(value);
    const message = stamped === undefined ? item.message : stamp(item.message, stamped(at), at);
    return { ...item, message, gapMs: 1000 / rate };
  };
}

/** Gives an id of that time. */
export type Stamp = (at: number) => string;

function stamp(message: Json, id: string, at: number): Json {
  if (!isObject(message['data'])) return message;
  const own = { id, created_at: timeOf(at), edit_history_tweet_ids: [id] };
  return { ...message, data: { ...message['data'], ...own } };
}

/** As X writes it: whole seconds. */
export const timeOf = (at: number): string => new Date(Math.floor(at / 1000) * 1000).toISOString();

function itemOf(line: string): Omit<Item, 'gapMs'> {
  try {
    const message: unknown = JSON.parse(line);
    if (!isObject(message)) return { kind: 'malformed', message: {}, line };
    return { kind: isObject(message['data']) ? 'post' : 'control', message, line };
  } catch {
    return { kind: 'malformed', message: {}, line };
  }
}
