// What pages and live streams read, each thing through the same small memory, so that watching never burdens the store.
import type { CrisisEvent } from '../../../sql/crisis-event.ts';
import type { TweetRow } from '../../../sql/tweet.ts';
import type { SystemStatus } from '../status.ts';
import { readSeries } from './chart.ts';
import type { Span } from './chart.ts';
import type { PagesDeps } from './deps.ts';
import { eventRegions } from './event.ts';
import type { EventView } from './event.ts';
import { feed } from './feed.ts';
import type { Feed } from './feed.ts';
import { figuresOf, remembered } from './figures.ts';
import type { LivePost, Moving } from './moving.ts';
import { inOrder, overviewRegions } from './overview.ts';
import type { Overview } from './overview.ts';
import { tweet } from './tweet.ts';

const POSTS_EVERY_MS = 1_000;
const OVERVIEW_EVERY_MS = 2_000;
const SERIES_FRESH_MS = 5_000;
const STATUS_FRESH_MS = 1_000;
// Of a second of a very busy event only the newest are shown; the total tells of the rest.
const NEWEST = 100;
const SPANS: readonly Span[] = ['hour', 'day', 'all'];

/** The event as it is now and its newest posts, newest first. */
interface Latest {
  readonly event: CrisisEvent;
  readonly posts: readonly LivePost[];
}

export interface Reader {
  overview(): Promise<Overview>;
  event(event: CrisisEvent, span: Span): Promise<EventView>;
  /** one for all who watch the overview */
  readonly overviewFeed: Feed<Overview>;
  overviewMoves(reading: Overview): Promise<Moving>;
  /** one for all who watch this event */
  eventFeed(code: string): Feed<Latest>;
  /** for a page that shows this `version` of the event */
  eventMoves(reading: Latest, shown: { readonly span: Span; readonly version: number }): Promise<Moving>;
}

/** A span as the address names it; everything for any other word. */
export function spanOf(name: string | undefined): Span {
  return SPANS.find((span) => span === name) ?? 'all';
}

export function reader(deps: PagesDeps): Reader {
  const figures = figuresOf(deps.store);
  const status = remembered(() => statusOf(deps));
  const series = remembered((key) => {
    const [code = '', span] = key.split(' ');
    return readSeries(deps.store, code, spanOf(span), Date.now());
  });
  const feeds = new Map<string, Feed<Latest>>();

  async function overview(): Promise<Overview> {
    const shown = inOrder(await deps.events.list());
    const all = shown.map(async (event) => ({ event, figures: await figures(event) }));
    return { events: await Promise.all(all), status: await status('', STATUS_FRESH_MS), now: Date.now() };
  }

  async function view(of: CrisisEvent, span: Span): Promise<EventView> {
    const [numbers, bars, refused] = await Promise.all([
      figures(of),
      series(`${of.code} ${span}`, SERIES_FRESH_MS),
      deps.refused(of),
    ]);
    return { event: of, refused, figures: numbers, series: bars, span, now: Date.now() };
  }

  function eventFeed(code: string): Feed<Latest> {
    const known = feeds.get(code) ?? feed(latestOf(deps, code), POSTS_EVERY_MS, deps.report);
    feeds.set(code, known);
    return known;
  }

  return {
    overview,
    event: view,
    overviewFeed: feed(overview, OVERVIEW_EVERY_MS, deps.report),
    overviewMoves: async (reading) => ({ regions: overviewRegions(reading), posts: [] }),
    eventFeed,
    eventMoves: async (reading, { span, version }) => ({
      regions: eventRegions(await view(reading.event, span), version),
      posts: reading.posts,
    }),
  };
}

/** Reads an event and its newest posts; a post that was there a second ago is not written as HTML again. */
function latestOf({ events, store }: PagesDeps, code: string): () => Promise<Latest> {
  let written = new Map<string, LivePost>();
  return async () => {
    const [event, { tweets }] = await Promise.all([events.get(code), store.tweets(code, { limit: NEWEST })]);
    const posts = await Promise.all(tweets.map(async (row) => written.get(row.t_id) ?? livePost(row)));
    written = new Map(posts.map((post) => [post.id, post]));
    return { event, posts };
  };
}

async function livePost(row: TweetRow): Promise<LivePost> {
  const written = await tweet(row);
  return { id: row.t_id, receivedAt: row.received_at, html: written.toString() };
}

/** A system whose state cannot be told still shows its events. */
async function statusOf({ status, report }: PagesDeps): Promise<SystemStatus | undefined> {
  try {
    return await status();
  } catch (error) {
    report('error', 'The state of the system could not be read for the page', error);
    return undefined;
  }
}
