// What could not be stored for an event, in words, and a button to have it sent again.
import { html } from 'hono/html';
import { within } from '../../../eventing/within.ts';
import type { DeadLetter, DeadLetterPage } from '../dead-letters.ts';
import type { PagesDeps } from './deps.ts';
import { moment } from './format.ts';
import type { Html } from './format.ts';

const MOST = 10;
const PATIENCE_MS = 1_000;

/** Reads the letters themselves only where the status counts some. Undefined when they cannot be read now. */
export async function readLetters(deps: PagesDeps, code: string): Promise<DeadLetterPage | undefined> {
  const read = async (): Promise<DeadLetterPage> => {
    const { events } = await deps.status();
    if ((events[code]?.deadLetters ?? 0) === 0) return { deadLetters: [], next: null };
    return deps.letters({ event: code, limit: MOST });
  };
  try {
    return await within(PATIENCE_MS, read());
  } catch (error) {
    deps.report('warning', `The dead letters of ${code} could not be read for the page`, error);
    return undefined;
  }
}

export function letterList(code: string, page: DeadLetterPage | undefined): Html | '' {
  if (page === undefined) return '';
  const { deadLetters, next } = page;
  if (deadLetters.length === 0) return '';
  const all = `/api/dead-letters?event=${code}`;
  return html`<section aria-labelledby="letters-title">
    <h2 class="section" id="letters-title">What could not be delivered</h2>
    <ol class="gaps">
      ${deadLetters.map((letter) => entry(letter))}
    </ol>
    ${next === null ? '' : html`<p><a href="${all}&amp;limit=1000">More of them as JSON</a></p>`}
    <form method="post" action="/events/${code}/resend"><button>Send all of it again</button></form>
  </section>`;
}

function entry({ id, time, topic, bytes, reason }: DeadLetter): Html {
  return html`<li class="closed">
    <p class="gap-when">${moment(Date.parse(time))} <strong>${kilobytes(bytes)}</strong></p>
    <p dir="auto">${reason}</p>
    <p class="hint">${topic === null ? '' : `From ${topic}; `}letter ${id}.</p>
  </li>`;
}

function kilobytes(bytes: number): string {
  return bytes < 1_000 ? `${bytes} bytes` : `${Math.round(bytes / 1_000)} KB`;
}
