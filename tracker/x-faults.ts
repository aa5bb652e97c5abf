// What a line of the stream that is no post says of the stream itself (facts/x-api §1.4, §2). Pure.
import { isObject, objectOf, objectsOf, stringOf, type Json } from '../eventing/post.ts';
import type { Failure } from './back-off.ts';

export type Fault =
  /** the stream is over, whether X closes the socket or not */
  | { readonly kind: 'end'; readonly reason: string; readonly failure: Failure }
  /** X held back so many posts since the stream began */
  | { readonly kind: 'held-back'; readonly posts: number };

// Nearly every line: not worth a parse.
const POSTS = ['{"data":{', '{"created_at":'].map((start) => Buffer.from(start));
const ENDS = ['operational-disconnect', 'streaming-connection', 'client-disconnected'];
const CAPPED = ['usage-capped', 'credits-depleted', 'spend-limit-reached'];

export function faultOf(line: Uint8Array): Fault | undefined {
  if (POSTS.some((start) => start.equals(line.subarray(0, start.length)))) return undefined;
  const message = parsed(line);
  if (message === undefined || message['data'] !== undefined) return undefined;
  const held = objectOf(message['limit'])['track'];
  if (typeof held === 'number') return { kind: 'held-back', posts: held };
  if (isObject(message['disconnect'])) return end(message['disconnect'], { kind: 'closed' });
  for (const problem of [message, ...objectsOf(message['errors'])]) {
    const failure = failureOf(problem);
    if (failure !== undefined) return end(problem, failure);
  }
  return undefined;
}

/** Why a problem document ends a stream; undefined when it does not. */
export function failureOf(problem: Json): Failure | undefined {
  const type = stringOf(problem['type'])?.split('/').at(-1) ?? '';
  if (CAPPED.includes(type)) return { kind: 'refused' };
  if (problem['connection_issue'] === 'TooManyConnections') return { kind: 'too-many-connections' };
  const ends = problem['disconnect_type'] ?? problem['connection_issue'];
  return ends !== undefined || ENDS.includes(type) ? { kind: 'closed' } : undefined;
}

function end(problem: Json, failure: Failure): Fault {
  const words = [problem['title'], problem['detail'], problem['reason']].map(stringOf);
  const said = words.filter((text) => text !== undefined && text !== '').join(': ');
  return { kind: 'end', failure, reason: `X ended the stream: ${said || 'it did not say why'}` };
}

function parsed(line: Uint8Array): Json | undefined {
  try {
    const message: unknown = JSON.parse(Buffer.from(line).toString());
    return isObject(message) ? message : undefined;
  } catch {
    // What is no JSON is rejected by whoever takes the line.
    return undefined;
  }
}
