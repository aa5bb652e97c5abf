// Records as a tracker makes them and a KafkaSource posts them.
import type { Hono } from 'hono';
import type { Post } from '../../eventing/batch.ts';
import { tweetsReceived } from '../../eventing/cloud-events.ts';
import type { Message } from '../../eventing/log.ts';
import { EVENT, ID, postOf, status } from './made.ts';
import { encodeBatch } from '../factories.ts';

/** In binary mode: attributes as `ce-` headers, the value as the body. */
export async function deliverTo(app: Hono, message: Message): Promise<Response> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) headers[name.replace('ce_', 'ce-')] = value;
  const body = message.value === null ? null : new Uint8Array(message.value);
  return app.request('/', { method: 'POST', headers, body });
}

export const record = (posts: readonly Post[], code = EVENT): Message =>
  tweetsReceived('tracker', code, encodeBatch(posts));

/** One of many, each with an id of its own. */
export const post = (n: number): Post =>
  postOf(status({ id_str: String(BigInt(ID) + BigInt(n)), text: `post ${n}` }));
