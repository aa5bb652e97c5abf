// One event's page: its numbers, its latest posts arriving, counts over time, gaps, and what can be done with it.
import { html } from 'hono/html';
import type { CrisisEvent } from '../../../sql/crisis-event.ts';
import type { TweetPage } from '../../../sql/store.ts';
import type { DeadLetterPage } from '../dead-letters.ts';
import type { Problem } from '../problem.ts';
import type { RefusedKeywords } from '../tracker-reader.ts';
import { chips, pace, pill } from './box.ts';
import { spans, withGaps } from './chart.ts';
import type { Series, Span } from './chart.ts';
import { chart } from './chart-svg.ts';
import type { Figures } from './figures.ts';
import { count, moment } from './format.ts';
import type { Html } from './format.ts';
import { gapList } from './gap-list.ts';
import { letterList } from './letter-list.ts';
import { layout } from './layout.ts';
import type { Region } from './moving.ts';
import { refusedList } from './refused-list.ts';
import { tweet } from './tweet.ts';

const ALL_CHIPS = 60;

export interface EventView {
  readonly event: CrisisEvent;
  /** null while nobody can say */
  readonly refused: readonly RefusedKeywords[] | null;
  readonly figures: Figures;
  /** undefined while there is nothing to count */
  readonly series: Series | undefined;
  readonly span: Span;
  /** ms since 1970 */
  readonly now: number;
}

export interface EventPage extends EventView {
  readonly page: TweetPage;
  /** true when the page shows older posts, which do not move */
  readonly older: boolean;
  /** undefined while they cannot be read */
  readonly letters: DeadLetterPage | undefined;
  readonly said: Html | '';
}

export function eventPage(shown: EventPage): Html {
  const { event, figures, now, older } = shown;
  const after = Math.max(0, ...shown.page.tweets.map((row) => row.received_at));
  return layout({
    title: `${event.name} – Epicenter`,
    live: older ? '' : `/events/${event.code}/live?chart=${shown.span}&have=${event.version}&after=${after}`,
    main: html`${shown.said}
      <div id="changed"></div>
      <header class="event-head">
        <div class="event-what">
          <p class="crumb"><a href="/">All events</a> ${pill(event)}</p>
          <h1 dir="auto">${event.name}</h1>
          ${event.description === '' ? '' : html`<p class="lead" dir="auto"><span>${event.description}</span></p>`}
          ${chips(event.keywords, ALL_CHIPS)}
          <div id="refused">${refusedList(shown.refused)}</div>
          ${actions(event)}
        </div>
        <div class="big" id="big">${bigNumber(figures, now)}</div>
      </header>
      ${overTime(shown)}
      <div class="columns">
        ${posts(shown)}
        <div class="aside">
          <section aria-labelledby="gaps-title">
            <h2 class="section" id="gaps-title">What was missed</h2>
            <div id="gaps">${gapList(event.code, figures.gaps)}</div>
          </section>
          ${letterList(event.code, shown.letters)} ${take(event)}
        </div>
      </div>
      <p class="hidden" id="announce" role="status"></p>`,
  });
}

function bigNumber(figures: Figures, now: number): Html {
  return html`<p class="number"><data id="total" value="${figures.total}">${count(figures.total)}</data></p>
    <p class="unit">${figures.total === 1 ? 'post so far' : 'posts so far'}</p>
    <p class="pace">${pace(figures, now)}</p>`;
}

function actions({ code, status, name }: CrisisEvent): Html | '' {
  if (status === 'archived' || status === 'purged') return '';
  const [verb, label] = status === 'active' ? ['pause', 'Pause'] : ['resume', 'Resume'];
  return html`<div class="actions">
    <form method="post" action="/events/${code}/${verb}"><button>${label}</button></form>
    <a class="button" href="/events/${code}/edit">Edit</a>
    <details class="confirm">
      <summary class="button">Archive…</summary>
      <form method="post" action="/events/${code}/archive">
        <p>
          Collecting for <bdi>${name}</bdi> ends for good. What was collected stays here and can be exported.
          An archived event cannot be started again.
        </p>
        <button class="danger">Archive this event</button>
      </form>
    </details>
  </div>`;
}

function overTime({ event, span, series, figures, now, older }: EventPage): Html {
  if (older) return html``;
  const choices = Object.entries(spans).map(([name, label]) => {
    const here = name === span ? html`aria-current="true"` : '';
    return html`<li><a href="/events/${event.code}?chart=${name}" ${here}>${label}</a></li>`;
  });
  return html`<section class="over-time" aria-labelledby="chart-title">
    <div class="section">
      <h2 id="chart-title">Posts over time</h2>
      <ul class="choices" aria-label="Period">
        ${choices}
      </ul>
    </div>
    <div id="chart">${drawn({ series, figures, now })}</div>
  </section>`;
}

function drawn({ series, figures, now }: Pick<EventView, 'series' | 'figures' | 'now'>): Html {
  if (series === undefined) {
    return html`<p class="empty">The chart begins with the first post.</p>`;
  }
  return chart(withGaps(series, figures.gaps, now), now);
}

function posts({ event, page, older }: EventPage): Html {
  const { code } = event;
  const next = page.next === null ? '' : `/events/${code}?cursor=${encodeURIComponent(page.next)}`;
  return html`<section class="latest" aria-labelledby="posts-title">
    <div class="section">
      <h2 id="posts-title">${older ? 'Older posts' : 'Latest posts'}</h2>
      <p class="live-tools" hidden id="live-tools">
        <span id="fresh"></span
        ><button type="button" class="small" id="hold" aria-pressed="false">Hold</button>
      </p>
    </div>
    <div class="posts" id="posts">${page.tweets.map((row) => tweet(row))}</div>
    ${page.tweets.length === 0 ? html`<p class="empty" id="no-posts">${nothingYet(event)}</p>` : ''}
    <p class="paging">
      ${older ? html`<a class="button" href="/events/${code}">Latest posts</a>` : ''}
      ${next === '' ? '' : html`<a class="button" href="${next}" rel="next">Older posts</a>`}
    </p>
  </section>`;
}

function nothingYet({ status }: CrisisEvent): string {
  if (status === 'active') return 'No post has matched yet. The first one appears here by itself.';
  if (status === 'paused') return 'No post was collected before this event was paused.';
  return status === 'archived' ? 'No post was collected.' : 'What was collected has been deleted.';
}

function take({ code, createdAt }: CrisisEvent): Html {
  const api = `/api/events/${code}`;
  return html`<section aria-labelledby="take-title">
    <h2 class="section" id="take-title">Take it with you</h2>
    <ul class="links">
      <li>
        <a href="${api}/tweets.jsonl" download="${code}.jsonl">Every post as it was received (JSON lines)</a>
      </li>
      <li><a href="${api}/tweets?limit=1000">The newest 1000 as table rows (JSON)</a></li>
      <li><a href="${api}/counts?step=minute">Counts by minute (JSON)</a></li>
      <li><a href="${api}/gaps">Gaps (JSON)</a></li>
    </ul>
    <p class="hint">This event was made ${moment(Date.parse(createdAt))}.</p>
  </section>`;
}

/** What the page of version `have` may have to replace; a changed event only says so, because forms may be open. */
export function eventRegions(shown: EventView, have: number): Region[] {
  const { event, figures, now } = shown;
  return [
    ...(event.version > have ? [{ id: 'changed', key: String(event.version), html: changed(event) }] : []),
    { id: 'refused', html: html`${refusedList(shown.refused)}` },
    { id: 'big', html: bigNumber(figures, now) },
    { id: 'chart', html: drawn(shown) },
    { id: 'gaps', html: gapList(event.code, figures.gaps) },
  ];
}

function changed({ code }: CrisisEvent): Html {
  return html`<p class="notice">
    This event has just been changed. <a href="/events/${code}">Show it as it is now</a>
  </p>`;
}

/** The page again after an action that was refused. */
export function refusal(problem: Problem): Html {
  return html`<div class="notice bad" role="alert">
    <p><strong>${problem.title}</strong></p>
  </div>`;
}
