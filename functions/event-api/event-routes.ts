// The calls on events themselves.
import type { Context } from 'hono';
import { z } from 'zod';
import { crisisEvent } from '../../sql/crisis-event.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import type { Events } from './events.ts';
import { eventPatch, newEvent } from './input.ts';
import { ifMatch, jsonBody, queryOf } from './request.ts';
import { json } from './route.ts';
import type { Route } from './route.ts';
import { refusedKeywords, type ReadRefused } from './tracker-reader.ts';

const ETAG = { ETag: 'The version in quotes, for If-Match.' };
const WRITE_PROBLEMS = [400, 409, 412, 413, 415, 422];

const deletion = z.strictObject({
  purge: z.enum(['true', 'false'], 'purge is true or false.').default('false'),
});
const shownEvent = crisisEvent.extend({
  refused: z
    .array(refusedKeywords)
    .nullable()
    .describe('Keywords that the source does not collect now, and why; null while that cannot be told.'),
});
const announced = z.object({ announced: z.int() });

const MEMBER = '/api/events/{code}';
const plain = { query: undefined, body: undefined, ifMatch: false } as const;

export function codeOfPath(c: Context): string {
  return c.req.param('code') ?? '';
}

function answer(
  c: Context,
  event: z.infer<typeof shownEvent> | CrisisEvent,
  status: 200 | 201 | 202 = 200,
): Response {
  c.header('etag', `"${event.version}"`);
  return c.json(event, status);
}

export function eventRoutes(events: Events, refused: ReadRefused): Route[] {
  return [...collectionRoutes(events), readingRoute(events, refused), ...memberRoutes(events)];
}

function collectionRoutes(events: Events): Route[] {
  return [
    {
      ...plain,
      method: 'get',
      path: '/api/events',
      summary: 'All events, also archived and purged ones',
      answers: { 200: json('Every event.', z.array(crisisEvent)) },
      problems: [],
      handle: async (c) => c.json(await events.list()),
    },
    {
      ...plain,
      method: 'post',
      path: '/api/events',
      summary: 'Create an event; its code comes from its name and is never used twice',
      body: newEvent,
      answers: {
        201: json('The new event.', crisisEvent, { ...ETAG, Location: 'Where the event is from now on.' }),
      },
      problems: [400, 409, 413, 415, 422],
      handle: async (c) => {
        const event = await events.create(await jsonBody(c));
        c.header('location', `/api/events/${event.code}`);
        return answer(c, event, 201);
      },
    },
    {
      ...plain,
      method: 'post',
      path: '/api/refresh',
      summary: 'Announce every event again to the controller and the tracker',
      answers: { 200: json('How many were announced.', announced) },
      problems: [503],
      handle: async (c) => c.json({ announced: await events.refresh() }),
    },
  ];
}

function readingRoute(events: Events, refused: ReadRefused): Route {
  return {
    ...plain,
    method: 'get',
    path: MEMBER,
    summary: 'One event, and which of its keywords are not collected',
    answers: { 200: json('The event.', shownEvent, ETAG) },
    problems: [404],
    handle: async (c) => {
      const event = await events.get(codeOfPath(c));
      return answer(c, { ...event, refused: await refused(event) });
    },
  };
}

function memberRoutes(events: Events): Route[] {
  const path = MEMBER;
  return [
    {
      ...plain,
      method: 'patch',
      path,
      summary: 'Change name, description, keywords or status; what is left out stays',
      body: eventPatch,
      ifMatch: true,
      answers: { 200: json('The event as it is now.', crisisEvent, ETAG) },
      problems: [404, ...WRITE_PROBLEMS],
      handle: async (c) => answer(c, await events.change(codeOfPath(c), await jsonBody(c), ifMatch(c))),
    },
    {
      ...plain,
      method: 'delete',
      path,
      summary:
        'Archive an event: nothing new is collected, everything stays. With purge=true also delete it all',
      query: deletion,
      ifMatch: true,
      answers: {
        200: json('The event, archived.', crisisEvent, ETAG),
        202: json('The event, purged: what was stored is deleted once it is drained.', crisisEvent, ETAG),
      },
      problems: [400, 404, 409, 412],
      handle: async (c) => {
        const { purge } = queryOf(c, deletion);
        const [code, version] = [codeOfPath(c), ifMatch(c)];
        if (purge === 'true') return answer(c, await events.purge(code, version), 202);
        return answer(c, await events.archive(code, version));
      },
    },
  ];
}
