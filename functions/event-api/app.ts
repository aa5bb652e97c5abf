// The event API, given what it needs: the JSON API, the pages and what the tracker's notes are delivered to.
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { Context } from 'hono';
import type { Report } from '../../eventing/report.ts';
import type { Access } from './config.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import { listLetters } from './dead-letters.ts';
import { mountDeliveries } from './deliveries.ts';
import { eventRoutes } from './event-routes.ts';
import { events as eventsOf } from './events.ts';
import { openapi } from './openapi.ts';
import type { PagesDeps } from './pages/deps.ts';
import { errorPage } from './pages/layout.ts';
import { pages } from './pages/routes.ts';
import { Problem, problemResponse } from './problem.ts';
import { resender } from './resend.ts';
import { mount } from './route.ts';
import type { Route } from './route.ts';
import { guard, headers, mountSession } from './security.ts';
import { statusReader } from './status-reader.ts';
import type { StatusDeps } from './status-reader.ts';
import { systemRoutes } from './system-routes.ts';
import { refusedReader, trackerReader } from './tracker-reader.ts';
import { tweetRoutes } from './tweet-routes.ts';

export interface EventApiDeps extends StatusDeps {
  readonly access: Access;
}

const PERSON_BYTES = 256 * 1024;
// A record has at most 1 MB; base64 and headers are within twice that.
const RECORD_BYTES = 2 * 1024 * 1024;

export function eventApi(deps: EventApiDeps): Hono {
  const app = new Hono();
  app.use(headers, guard(deps.access));
  app.use('/deliveries', limit(RECORD_BYTES));
  // The pages have this limit, too, and say so as a page.
  for (const path of ['/api/*', '/session']) app.use(path, limit(PERSON_BYTES));
  const events = eventsOf(deps);
  const tracker = trackerReader(deps);
  const refused = refusedReader(tracker);
  const status = statusReader(deps, tracker);
  const resend = resender(deps);
  const routes: Route[] = [
    ...eventRoutes(events, refused),
    ...tweetRoutes(events, deps),
    ...deadLetterRoutes(events, deps.log, resend),
    ...systemRoutes(status, deps, () => openapi(routes)),
  ];
  mount(app, routes);
  mountDeliveries(app, deps);
  mountSession(app, deps.access);
  const letters: PagesDeps['letters'] = (query) => listLetters(deps.log, query);
  app.route('/', pages({ ...deps, events, refused, status, letters, resend }));
  app.notFound(nothingHere);
  app.onError((error) => answerError(error, deps.report));
  return app;
}

function limit(maxSize: number): ReturnType<typeof bodyLimit> {
  const message = `A body has at most ${maxSize / 1024} KB.`;
  return bodyLimit({
    maxSize,
    onError: () => problemResponse(new Problem(413, message, [{ field: 'body', message }])),
  });
}

function nothingHere(c: Context): Response | Promise<Response> {
  const wantsPage = (c.req.header('accept') ?? '').includes('text/html') && !c.req.path.startsWith('/api/');
  if (wantsPage)
    return c.html(errorPage('There is nothing here', 'The address may have been mistyped.'), 404);
  return problemResponse(new Problem(404, 'There is nothing at this address.'));
}

function answerError(error: Error, report: Report): Response {
  if (error instanceof Problem) return problemResponse(error);
  if (error instanceof HTTPException) return problemResponse(new Problem(error.status, error.message));
  report('error', 'A request failed', error);
  return problemResponse(new Problem(500, 'This failed on our side. Try again; the log says why.'));
}
