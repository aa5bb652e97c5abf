// The calls on the system itself: its status, its health and its own description.
import { z } from 'zod';
import type { Report } from '../../eventing/report.ts';
import { within } from '../../eventing/within.ts';
import type { Store } from '../../sql/store.ts';
import { Problem } from './problem.ts';
import { json } from './route.ts';
import type { Answer, Route } from './route.ts';
import { systemStatus } from './status.ts';
import type { SystemStatus } from './status.ts';

const PATIENCE_MS = 5_000;

const reading = { method: 'get', query: undefined, body: undefined, ifMatch: false } as const;
const healthy: Answer = { says: 'It can serve.', content: { 'text/plain': z.literal('ok') }, headers: {} };

export function systemRoutes(
  status: () => Promise<SystemStatus>,
  deps: { readonly store: Store; readonly report: Report },
  describe: () => Record<string, unknown>,
): Route[] {
  return [
    {
      ...reading,
      path: '/api/status',
      summary: 'What the tracker, the services and the engines are doing',
      answers: { 200: json('The status; what cannot be read now is said among the engines.', systemStatus) },
      problems: [],
      handle: async (c) => c.json(await status()),
    },
    {
      ...reading,
      path: '/api/openapi.json',
      summary: 'This description',
      answers: { 200: json('An OpenAPI 3.1 document.', z.record(z.string(), z.unknown())) },
      problems: [],
      handle: async (c) => c.json(describe()),
    },
    {
      ...reading,
      path: '/healthz',
      summary: 'Whether it can serve',
      answers: { 200: healthy },
      problems: [503],
      handle: async (c) => {
        await answering(deps.store, deps.report);
        return c.text('ok');
      },
    },
  ];
}

async function answering(store: Store, report: Report): Promise<void> {
  try {
    await within(PATIENCE_MS, store.event('healthz'));
  } catch (cause) {
    report('error', 'The store does not answer', cause);
    throw new Problem(503, 'The store does not answer.');
  }
}
