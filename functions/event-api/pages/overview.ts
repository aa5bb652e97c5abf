// The first page: what the system is doing, and every event as a box.
import { createHash } from 'node:crypto';
import { html } from 'hono/html';
import type { CrisisEvent } from '../../../sql/crisis-event.ts';
import type { SystemStatus } from '../status.ts';
import { box, boxFigures } from './box.ts';
import type { Figures } from './figures.ts';
import { emptyForm, eventForm } from './forms.ts';
import { counted } from './format.ts';
import type { Html } from './format.ts';
import { layout, notice } from './layout.ts';
import type { Region } from './moving.ts';
import { statusStrip } from './status-strip.ts';

export interface Overview {
  readonly events: readonly { readonly event: CrisisEvent; readonly figures: Figures }[];
  readonly status: SystemStatus | undefined;
  /** ms since 1970 */
  readonly now: number;
}

/** Active first, then paused, archived last; within these the newest first. Purged events are not shown. */
export function inOrder(events: readonly CrisisEvent[]): CrisisEvent[] {
  const rank = { active: 0, paused: 1, archived: 2, purged: 3 } as const;
  return events
    .filter(({ status }) => status !== 'purged')
    .toSorted((a, b) => rank[a.status] - rank[b.status] || (a.createdAt < b.createdAt ? 1 : -1));
}

export function overviewPage(shown: Overview, done?: string): Html {
  return layout({
    title: 'Epicenter',
    here: shown.events.length === 0 ? 'create' : 'overview',
    live: `/live?have=${listVersion(shown)}`,
    main: html`<h1 class="hidden">Overview</h1>
      ${notice(done)}
      <section class="strip" aria-label="What is being collected" id="strip">
        ${statusStrip(shown.status)}
      </section>
      <div id="boxes">${shown.events.length === 0 ? welcome() : boxes(shown)}</div>`,
  });
}

function boxes({ events, now }: Overview): Html {
  const running = events.filter(({ event }) => event.status !== 'archived');
  const archived = events.filter(({ event }) => event.status === 'archived');
  return html`<section aria-labelledby="events">
      <h2 id="events" class="section">${counted(running.length, 'event')}</h2>
      ${
        running.length === 0
          ? html`<p class="empty">Nothing is being collected. <a href="/new-event">Name a new event</a>.</p>`
          : html`<ul class="boxes">
              ${running.map(({ event, figures }) => box(event, figures, now))}
            </ul>`
      }
    </section>
    ${
      archived.length === 0
        ? ''
        : html`<details class="archive" id="archive">
            <summary>${counted(archived.length, 'archived event')}</summary>
            <ul class="boxes">
              ${archived.map(({ event, figures }) => box(event, figures, now))}
            </ul>
          </details>`
    }`;
}

function welcome(): Html {
  return html`<section class="welcome" aria-labelledby="welcome">
    <div class="pitch">
      <h2 id="welcome">Where is it happening?</h2>
      <p>
        Name an event and the words people use for it. From then on every public post that matches is kept,
        and whatever was missed is written down.
      </p>
      <ol class="steps">
        <li>Give it a name that your newsroom will recognise.</li>
        <li>Add keywords, in every language people write in.</li>
        <li>Watch the posts arrive; export them at any time.</li>
      </ol>
    </div>
    ${eventForm(emptyForm)}
  </section>`;
}

/** Changes when an event comes, goes or is edited: then the boxes are drawn anew, not only their numbers. */
function listVersion({ events }: Overview): string {
  const state = events.map(({ event }) => `${event.code} ${event.version}`).join('\n');
  return createHash('sha256').update(state).digest('hex').slice(0, 12);
}

/** What the open page may have to replace. While nobody has named an event, its form is left alone. */
export function overviewRegions(shown: Overview): Region[] {
  const list = { id: 'boxes', key: listVersion(shown), html: boxes(shown) };
  return [
    { id: 'strip', html: statusStrip(shown.status) },
    ...(shown.events.length === 0 ? [] : [list]),
    ...shown.events.map(({ event, figures }) => ({
      id: `figures-${event.code}`,
      html: boxFigures(figures, shown.now),
    })),
  ];
}
