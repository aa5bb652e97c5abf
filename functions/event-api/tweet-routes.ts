// The calls on what was collected for an event: tweets, messages, counts, gaps.
import { z } from 'zod';
import type { Report } from '../../eventing/report.ts';
import { gap } from '../../sql/ledger.ts';
import { BadCursor } from '../../sql/store.ts';
import type { PageQuery, Store, TweetPage } from '../../sql/store.ts';
import { codeOfPath } from './event-routes.ts';
import type { Events } from './events.ts';
import { exportMessages } from './export.ts';
import { Problem } from './problem.ts';
import { queryOf } from './request.ts';
import { json } from './route.ts';
import type { Answer, Route } from './route.ts';
import { tweetJson, tweetToJson } from './tweet-json.ts';

const time = z.iso
  .datetime({ offset: true, error: 'This needs a time such as 2012-10-29T22:00:00Z (RFC 3339).' })
  .transform((text) => Date.parse(text))
  .optional();
const LIMIT = 'limit is a whole number from 1 to 1000.';

const range = z.strictObject({ since: time, until: time });
const page = range.extend({
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(1000, LIMIT).default(50),
  cursor: z.string().optional(),
});
const steps = range.extend({
  step: z.enum(['minute', 'hour', 'day'], 'step is minute, hour or day.').default('hour'),
});

const tweetPage = z.object({ tweets: z.array(tweetJson), next: z.string().nullable() });
const counts = z.array(z.object({ start: z.iso.datetime(), tweets: z.int() }));
const messages: Answer = {
  says: 'Messages byte for byte, one a line, oldest first.',
  content: { 'application/x-ndjson': undefined },
  headers: { Link: 'Where the next part begins (rel="next"); there exactly if there is more.' },
};

export interface TweetDeps {
  readonly store: Store;
  readonly report: Report;
}

const reading = { method: 'get', body: undefined, ifMatch: false, problems: [400, 404] } as const;

export function tweetRoutes(events: Events, { store, report }: TweetDeps): Route[] {
  return [
    {
      ...reading,
      path: '/api/events/{code}/tweets',
      summary: 'Tweets, newest first',
      query: page,
      answers: { 200: json('A page; next is null at the end.', tweetPage) },
      handle: async (c) => {
        const query = queryOf(c, page);
        const { code } = await events.get(codeOfPath(c));
        const { tweets, next } = await readPage(store, code, query);
        return c.json({ tweets: tweets.map(tweetToJson), next });
      },
    },
    {
      ...reading,
      path: '/api/events/{code}/tweets.jsonl',
      summary: 'The messages that were stored when the request began, as received',
      query: range,
      answers: { 200: messages },
      handle: async (c) => {
        const wanted = queryOf(c, range);
        const { code } = await events.get(codeOfPath(c));
        return exportMessages(c, wanted, await store.messages(code, wanted), report);
      },
    },
    ...summaryRoutes(events, store),
  ];
}

function summaryRoutes(events: Events, store: Store): Route[] {
  return [
    {
      ...reading,
      path: '/api/events/{code}/counts',
      summary: 'Tweets by minute, hour or day (UTC), oldest first, empty steps left out',
      query: steps,
      answers: { 200: json('The counts.', counts) },
      handle: async (c) => {
        const { step, ...wanted } = queryOf(c, steps);
        const { code } = await events.get(codeOfPath(c));
        const found = await store.counts(code, step, wanted);
        return c.json(found.map(({ start, tweets }) => ({ start: new Date(start).toISOString(), tweets })));
      },
    },
    {
      ...reading,
      path: '/api/events/{code}/gaps',
      summary: 'The ledger: when posts may have been missed, why, and how many were recovered',
      query: undefined,
      problems: [404],
      answers: { 200: json('The gaps, newest first.', z.array(gap)) },
      handle: async (c) => {
        const { code } = await events.get(codeOfPath(c));
        return c.json(await store.gaps(code));
      },
    },
  ];
}

async function readPage(store: Store, code: string, query: PageQuery): Promise<TweetPage> {
  try {
    return await store.tweets(code, query);
  } catch (error) {
    if (!(error instanceof BadCursor)) throw error;
    const message = 'This is no next of an earlier page. Leave it out to begin with the newest.';
    throw new Problem(400, 'The cursor is none of ours.', [{ field: 'cursor', message }]);
  }
}
