// One event as a box of the overview: what it is, and the numbers that move.
import { html } from 'hono/html';
import type { CrisisEvent } from '../../../sql/crisis-event.ts';
import type { Gap } from '../../../sql/ledger.ts';
import { sparkline } from './chart-svg.ts';
import type { Figures } from './figures.ts';
import { count, instant, moment, rate, span } from './format.ts';
import type { Html } from './format.ts';

const MOST_CHIPS = 8;
const RECENT_MS = 3_600_000;
// Every start has a gap of a second or two; the event's own page lists those, too.
const WORTH_A_MARK_MS = 10_000;

export function box(event: CrisisEvent, figures: Figures, now: number): Html {
  return html`<li class="box ${event.status}">
    <div class="box-head">
      ${pill(event)}
      <h3><a href="/events/${event.code}" dir="auto">${event.name}</a></h3>
    </div>
    <div class="figures" id="figures-${event.code}">${boxFigures(figures, now)}</div>
    ${chips(event.keywords, MOST_CHIPS)}
  </li>`;
}

export function pill({ status }: CrisisEvent): Html {
  return html`<span class="pill ${status}">${statusWords[status]}</span>`;
}

const statusWords = { active: 'Active', paused: 'Paused', archived: 'Archived', purged: 'Deleted' } as const;

export function boxFigures(figures: Figures, now: number): Html {
  const recent = recentGap(figures.gaps, now);
  return html`<p class="sofar">
      <strong>${count(figures.total)}</strong> ${figures.total === 1 ? 'post' : 'posts'}
    </p>
    <p class="pace">${pace(figures, now)}</p>
    ${figures.total === 0 ? html`<p class="trend trend-time">No post has matched so far.</p>` : trend(figures, now)}
    ${recent === undefined ? '' : html`<p class="gap-mark">${gapWords(recent)}</p>`}`;
}

/** The minute that still grows would always fall: the last point is the last sixty seconds instead. */
function trend({ hour, hourEnd, perMinute }: Figures, now: number): Html {
  const over = hourEnd < now;
  return html`<div class="trend">
    ${sparkline(over ? hour : [...hour.slice(0, -1), perMinute])}
    <p class="trend-time">${over ? `The hour up to ${instant(hourEnd)}` : 'The last hour'}</p>
  </div>`;
}

/** Posts per minute while it goes on; for an event that is over, when its newest post was. */
export function pace(figures: Figures, now: number): Html {
  if (figures.newest === undefined) return html``;
  if (figures.hourEnd < now) return html`newest ${moment(figures.newest)}`;
  return html`<strong>${rate(figures.perMinute)}</strong> a minute`;
}

/** A gap that lasts, else one of ten seconds or more that ended within the hour. */
function recentGap(gaps: readonly Gap[], now: number): Gap | undefined {
  const open = gaps.find(({ to }) => to === null);
  return open ?? gaps.find(({ from, to }) => to !== null && marked(Date.parse(from), Date.parse(to), now));
}

function marked(from: number, to: number, now: number): boolean {
  return to - from >= WORTH_A_MARK_MS && now - to < RECENT_MS;
}

function gapWords({ from, to }: Gap): Html {
  const start = Date.parse(from);
  if (to === null) return html`Gap, began ${moment(start)}`;
  return html`Gap of ${span(Date.parse(to) - start)}, ended ${moment(Date.parse(to))}`;
}

export function chips(keywords: readonly string[], most: number): Html {
  const left = keywords.length - most;
  return html`<ul class="chips" aria-label="Keywords">
    ${keywords.slice(0, most).map((keyword) => html`<li dir="auto">${keyword}</li>`)}
    ${left > 0 ? html`<li class="more">${count(left)} more</li>` : ''}
  </ul>`;
}
