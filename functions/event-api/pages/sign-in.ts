// The page that asks for the API token once. Checking it and keeping the session is the app's.
import { html } from 'hono/html';
import type { Html } from './format.ts';
import { layout } from './layout.ts';

/** Posts `token` to `/session`; `problem` says why the last one was not taken. */
export function signInPage(problem?: string): Html {
  const wrong = problem === undefined ? '' : html`aria-invalid="true"`;
  return layout({
    title: 'Sign in – Epicenter',
    here: 'sign-in',
    main: html`<section class="lone">
      <h1>Sign in</h1>
      <p>
        This collection is kept private. Its token is what whoever set it up chose as <code>API_TOKEN</code>.
      </p>
      <form class="form" method="post" action="/session">
        <div class="field">
          <label for="token">Token</label>
          ${problem === undefined ? '' : html`<p class="wrong" id="token-wrong">${problem}</p>`}
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            ${wrong}
            ${problem === undefined ? '' : html`aria-describedby="token-wrong"`}
          />
        </div>
        <p class="actions"><button class="primary">Sign in</button></p>
      </form>
    </section>`,
  });
}
