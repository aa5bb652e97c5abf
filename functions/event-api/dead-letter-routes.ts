// The calls on dead letters: what could not be delivered, why, and to have it sent again.
import { z } from 'zod';
import type { Log } from '../../eventing/log.ts';
import { deadLetterPage, listLetters } from './dead-letters.ts';
import type { Events } from './events.ts';
import { checked } from './input.ts';
import { jsonBody, queryOf } from './request.ts';
import { resendBody, type Resent, resentAnswer, type Wanted } from './resend.ts';
import { json } from './route.ts';
import type { Route } from './route.ts';

const LIMIT = 'limit is a whole number from 1 to 1000.';

const page = z.strictObject({
  event: z.string().optional(),
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(1000, LIMIT).default(50),
  cursor: z.string().optional(),
});

export function deadLetterRoutes(
  events: Events,
  log: Log,
  resend: (wanted: Wanted) => Promise<Resent>,
): Route[] {
  return [
    {
      method: 'get',
      path: '/api/dead-letters',
      summary: 'What could not be delivered and was not sent again, newest first',
      query: page,
      body: undefined,
      ifMatch: false,
      answers: { 200: json('A page; next is null at the end.', deadLetterPage) },
      problems: [400, 404],
      handle: async (c) => {
        const query = queryOf(c, page);
        if (query.event !== undefined) await events.get(query.event);
        return c.json(await listLetters(log, query));
      },
    },
    {
      method: 'post',
      path: '/api/dead-letters/resend',
      summary: 'Send dead letters again, each once: by id, of an event, or all',
      query: undefined,
      body: resendBody,
      ifMatch: false,
      answers: { 200: json('What was sent; where more is true, call again.', resentAnswer) },
      problems: [400, 404, 413, 415, 422, 503],
      handle: async (c) => {
        const wanted = checked(resendBody, await jsonBody(c));
        if (wanted.event !== undefined) await events.get(wanted.event);
        return c.json(await resend(wanted));
      },
    },
  ];
}
