// The pages' addresses: reads what a page shows, does what a form asks, streams what is new.
// Who may call and which headers an answer carries is the app's.
import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Report } from '../../../eventing/report.ts';
import { BadCursor } from '../../../sql/store.ts';
import { Problem } from '../problem.ts';
import { assets } from './assets.ts';
import type { PagesDeps } from './deps.ts';
import { eventPage, refusal } from './event.ts';
import type { Html } from './format.ts';
import { createPage, editPage } from './form-pages.ts';
import { emptyForm, formOf } from './forms.ts';
import { inputOf, newInputOf, typedIn } from './typed.ts';
import { errorPage, notice } from './layout.ts';
import { readLetters } from './letter-list.ts';
import { live } from './live.ts';
import { overviewPage } from './overview.ts';
import { reader, spanOf } from './reader.ts';
import type { Reader } from './reader.ts';

const BODY_LIMIT = 256 * 1024;
const POSTS = 50;

/** `/`, `/new-event`, `/events/…`, `/live`, `/refresh` and `/assets/…`. Answers are HTML, also when something is wrong. */
export function pages(deps: PagesDeps): Hono {
  const app = new Hono();
  const read = reader(deps);
  const { report } = deps;
  app.onError((error, c) => explain(error, c, report));
  app.get('/assets/:name', assets());
  app.get('/', async (c) => c.html(overviewPage(await read.overview(), c.req.query('done'))));
  app.get('/live', (c) =>
    live(c, {
      feed: read.overviewFeed,
      have: { boxes: c.req.query('have') ?? '' },
      moves: (reading) => read.overviewMoves(reading),
      report,
    }),
  );
  // Not below /events/, where any word may be the code of an event.
  app.get('/new-event', (c) => c.html(createPage(emptyForm)));
  app.get('/events/:code', (c) => showEvent(c, deps, read));
  app.get('/events/:code/live', async (c) => {
    const { code } = await deps.events.get(c.req.param('code'));
    const shown = { span: spanOf(c.req.query('chart')), version: Number(c.req.query('have') ?? 0) };
    return live(c, {
      feed: read.eventFeed(code),
      have: {},
      moves: (reading) => read.eventMoves(reading, shown),
      report,
    });
  });
  app.get('/events/:code/edit', async (c) =>
    c.html(editPage(formOf(await deps.events.get(c.req.param('code'))))),
  );
  const limited = bodyLimit({ maxSize: BODY_LIMIT, onError: tooLarge });
  app.post('/events', limited, (c) => create(c, deps));
  app.post('/events/:code', limited, (c) => edit(c, deps));
  app.post('/refresh', async (c) => {
    await deps.events.refresh();
    return c.redirect('/?done=refreshed', 303);
  });
  app.post('/events/:code/resend', async (c) => {
    const { code } = await deps.events.get(c.req.param('code'));
    await deps.resend({ event: code });
    return c.redirect(`/events/${code}?done=resent`, 303);
  });
  for (const verb of ['pause', 'resume', 'archive'] as const) {
    app.post(`/events/:code/${verb}`, (c) => act(c, verb, deps, read));
  }
  return app;
}

async function showEvent(c: Context, deps: PagesDeps, read: Reader, refused?: Problem): Promise<Response> {
  const event = await deps.events.get(c.req.param('code') ?? '');
  const cursor = c.req.query('cursor');
  const [view, page, letters] = await Promise.all([
    read.event(event, spanOf(c.req.query('chart'))),
    deps.store.tweets(event.code, { limit: POSTS, cursor }),
    readLetters(deps, event.code),
  ]);
  const said = refused === undefined ? notice(c.req.query('done')) : refusal(refused);
  return answer(
    refused?.status ?? 200,
    eventPage({ ...view, page, letters, older: cursor !== undefined, said }),
  );
}

async function create(c: Context, { events }: PagesDeps): Promise<Response> {
  const typed = typedIn(await formIn(c));
  try {
    const { code } = await events.create(newInputOf(typed));
    return c.redirect(`/events/${code}?done=created`, 303);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return answer(error.status, createPage({ typed, problem: error }));
  }
}

async function edit(c: Context, { events }: PagesDeps): Promise<Response> {
  const code = c.req.param('code') ?? '';
  const typed = typedIn(await formIn(c));
  try {
    await events.change(code, inputOf(typed), versionIn(typed.version));
    return c.redirect(`/events/${code}?done=saved`, 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 404) throw error;
    const event = await events.get(code);
    // Whoever saves a stale form again has seen what they replace.
    const version = error.status === 412 ? String(event.version) : typed.version;
    return answer(error.status, editPage({ event, typed: { ...typed, version }, problem: error }));
  }
}

function versionIn(text: string): number {
  const version = Number(text);
  if (Number.isSafeInteger(version) && version > 0) return version;
  throw new Problem(
    422,
    'The form has lost the version of the event that it was filled from. Open it again.',
  );
}

const patches = { pause: { status: 'paused' }, resume: { status: 'active' } } as const;
const done = { pause: 'paused', resume: 'resumed', archive: 'archived' } as const;

async function act(c: Context, verb: keyof typeof done, deps: PagesDeps, read: Reader): Promise<Response> {
  const code = c.req.param('code') ?? '';
  try {
    if (verb === 'archive') await deps.events.archive(code);
    else await deps.events.change(code, patches[verb]);
    return c.redirect(`/events/${code}?done=${done[verb]}`, 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 404) throw error;
    return showEvent(c, deps, read, error);
  }
}

async function formIn(c: Context): Promise<URLSearchParams> {
  const type = c.req.header('content-type') ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) return new URLSearchParams(await c.req.text());
  throw new Problem(415, 'A form is sent as application/x-www-form-urlencoded.');
}

function tooLarge(): Promise<Response> {
  return answer(413, errorPage('That is too much at once', 'A form may have 256 KB. Nothing was saved.'));
}

async function answer(status: number, page: Html): Promise<Response> {
  const written = await page;
  return new Response(written.toString(), {
    status,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
  });
}

/** An error as a page: a {@link Problem} with its own words, our own failure without its details. */
function explain(error: Error, c: Context, report: Report): Promise<Response> {
  if (error instanceof BadCursor) {
    return answer(400, errorPage('This link does not lead anywhere', 'Go on from the latest posts.'));
  }
  if (error instanceof Problem) {
    const text = error.status === 404 ? 'It may have been mistyped.' : 'Nothing was changed.';
    return answer(error.status, errorPage(error.title, text));
  }
  report('error', `${c.req.method} ${c.req.path} failed`, error);
  return answer(
    500,
    errorPage('Something failed on our side', 'Nothing is lost by it. Try again in a moment.'),
  );
}
