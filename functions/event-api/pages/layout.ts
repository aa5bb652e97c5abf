// What every page has: head, skip link, masthead, main, footer. No inline style or script: the CSP forbids them.
import { html } from 'hono/html';
import type { Html } from './format.ts';

export interface Page {
  readonly title: string;
  readonly main: Html;
  /** where the page's script listens for what is new */
  readonly live?: string;
  /** `create` where the page is the form itself */
  readonly here?: 'overview' | 'create' | 'sign-in';
}

export function layout({ title, main, live = '', here }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/style.css" />
        <script type="module" src="/assets/live.js"></script>
      </head>
      <body data-live="${live}">
        <a class="skip" href="#main">Skip to the content</a>
        <header class="masthead">
          <a class="brand" href="/" ${here === 'overview' ? html`aria-current="page"` : ''}
            >${logo()}<span>Epicenter</span></a
          >
          ${here === 'sign-in' ? '' : nav(here)}
        </header>
        <main id="main" tabindex="-1">${main}</main>
        <footer class="foot">${here === 'sign-in' ? '' : footer()}</footer>
      </body>
    </html>`;
}

function logo(): Html {
  return html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
    <circle class="ring" cx="16" cy="16" r="14"></circle>
    <circle class="ring" cx="16" cy="16" r="8.5"></circle>
    <circle class="dot" cx="16" cy="16" r="3.5"></circle>
  </svg>`;
}

function nav(here: Page['here']): Html {
  return html`<nav aria-label="Main">
    <span class="pulse" id="pulse" hidden></span>
    ${here === 'create' ? '' : html`<a class="button primary" href="/new-event">New event</a>`}
  </nav>`;
}

function footer(): Html {
  return html`<p>Everything here is also JSON: <a href="/api/openapi.json">the API</a></p>
    <ul>
      <li><a href="/api/events">Events</a></li>
      <li><a href="/api/status">Status</a></li>
    </ul>
    <form method="post" action="/refresh">
      <button class="quiet" aria-describedby="refresh-hint">Announce all events again</button>
      <p class="hint" id="refresh-hint">Harmless. For when a part of the system has missed a change.</p>
    </form>`;
}

/** A page that only says what went wrong and where to go on. */
export function errorPage(title: string, text: string): Html {
  return layout({
    title: `${title} – Epicenter`,
    main: html`<section class="lone">
      <h1>${title}</h1>
      <p>${text}</p>
      <p><a class="button" href="/">To all events</a></p>
    </section>`,
  });
}

const notices: Readonly<Record<string, string>> = {
  created: 'The event is made. Posts appear here as soon as they match.',
  saved: 'Saved.',
  paused: 'Paused. Nothing new is collected until you resume; what is under way still arrives.',
  resumed: 'Resumed. Collecting again.',
  archived: 'Archived. What was collected stays here and can be exported.',
  resent: 'Sent again. What still cannot be delivered is listed below.',
  refreshed: 'All events were announced again.',
};

/** What was just done, by the `done` of the page's address; nothing for a word that is none of ours. */
export function notice(done: string | undefined): Html | '' {
  const text = done !== undefined && Object.hasOwn(notices, done) ? notices[done] : undefined;
  return text === undefined ? '' : html`<p class="notice good" role="status">${text}</p>`;
}
