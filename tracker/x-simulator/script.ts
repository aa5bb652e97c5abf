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

/** v2 messages `{data, includes}`, one a line, at an even rate; ids and times stay what they are. */
export function givenScript(lines: Iterable<string>, rate: number): Script {
  const iterator = lines[Symbol.iterator]();
  return () => {
    const { done, value } = iterator.next();
    return done === true ? undefined : { ...itemOf(value), gapMs: 1000 / rate };
  };
}

function itemOf(line: string): Omit<Item, 'gapMs'> {
  try {
    const message: unknown = JSON.parse(line);
    if (!isObject(message)) return { kind: 'malformed', message: {}, line };
    return { kind: isObject(message['data']) ? 'post' : 'control', message, line };
  } catch {
    return { kind: 'malformed', message: {}, line };
  }
}
