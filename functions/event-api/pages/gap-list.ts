// The gap ledger in words: from when to when, why, and what came back.
import { html } from 'hono/html';
import type { Gap } from '../../../sql/ledger.ts';
import { clock, count, counted, instant, span } from './format.ts';
import type { Html } from './format.ts';

const MOST = 20;

export function gapList(code: string, all: readonly Gap[]): Html {
  // Of one that was found to have begun at another time nothing is left.
  const gaps = all.filter(({ from, to }) => from !== to);
  if (gaps.length === 0) {
    return html`<p class="empty">
      No gap is known. If the connection breaks or the system is down, it is written down here.
    </p>`;
  }
  const left = gaps.length - MOST;
  return html`<ol class="gaps">
      ${gaps.slice(0, MOST).map((gap) => entry(gap))}
    </ol>
    ${
      left > 0
        ? html`<p>
            <a href="/api/events/${code}/gaps"
              >${count(left)} earlier ${left === 1 ? 'gap' : 'gaps'} as JSON</a
            >
          </p>`
        : ''
    }`;
}

function entry({ from, to, reason, recovered, note }: Gap): Html {
  return html`<li class="${to === null ? 'open' : 'closed'}">
    <p class="gap-when">${period(from, to)}</p>
    <p>${reason}</p>
    <p class="hint">${recovered === 0 ? '' : `${counted(recovered, 'post')} found by search. `}${note}</p>
  </li>`;
}

function period(from: string, to: string | null): Html {
  const start = Date.parse(from);
  const begin = html`<time datetime="${from}">${instant(start, 'day')}, ${clock(start)}</time>`;
  if (to === null) return html`${begin} UTC <strong>until now</strong>`;
  const end = Date.parse(to);
  const sameDay = instant(start, 'day') === instant(end, 'day');
  const finish = html`<time datetime="${to}"
    >${sameDay ? '' : `${instant(end, 'day')}, `}${clock(end)}</time
  >`;
  return html`${begin} – ${finish} UTC <strong>${span(end - start)}</strong>`;
}
