// Whole lists from a Kubernetes API server, page by page.
import { z } from 'zod';
import { Refused } from './cluster.ts';
import { type Answer, meaningOf, wordsOf } from './kubernetes-answer.ts';
import type { Send } from './kubernetes-api.ts';

const PAGE = 500;
const RESTARTS = 5;
const SERVICE_LABEL = 'serving.knative.dev/service';

export interface Query<T> {
  readonly path: string;
  readonly selector: string;
  readonly item: z.ZodType<T>;
}

/** Every item. A list that took so long that the server has forgotten its rest is begun again, five times at most. */
export async function readPages<T>(send: Send, query: Query<T>): Promise<T[]> {
  for (let restarts = 0; restarts <= RESTARTS; restarts += 1) {
    const items = await readOnce(send, query);
    if (items !== undefined) return items;
  }
  throw new Error(`The list of ${query.path} changes faster than it can be read`);
}

/** Undefined when the server has forgotten where the list was to go on ("API Concepts", retrieving large results in chunks). */
async function readOnce<T>(send: Send, { path, selector, item }: Query<T>): Promise<T[] | undefined> {
  const page = z.object({
    metadata: z.object({ continue: z.string().optional() }),
    items: z.array(item),
  });
  const found: T[] = [];
  let token = '';
  do {
    const query = new URLSearchParams({ labelSelector: selector, limit: String(PAGE) });
    if (token !== '') query.set('continue', token);
    const answer = await send({ method: 'GET', path: `${path}?${query.toString()}` });
    const meaning = meaningOf(answer);
    if (meaning === 'expired') return undefined;
    if (meaning !== 'done') throw refusal(`The list of ${path}`, answer);
    const { metadata, items } = page.parse(answer.body);
    found.push(...items);
    token = metadata.continue ?? '';
  } while (token !== '');
  return found;
}

const pod = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()), deletionTimestamp: z.string().optional() }),
  status: z.object({ phase: z.string().optional() }),
});

/** How many pods run, by the name of their Knative Service. */
export async function podsByService(send: Send, namespace: string): Promise<Map<string, number>> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const counts = new Map<string, number>();
  for (const { metadata, status } of await readPages(send, { path, selector: SERVICE_LABEL, item: pod })) {
    const name = metadata.labels[SERVICE_LABEL];
    if (name === undefined || status.phase !== 'Running' || metadata.deletionTimestamp !== undefined)
      continue;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

export function refusal(title: string, answer: Answer): Refused {
  return new Refused(`${title}: ${wordsOf(answer)}`);
}
