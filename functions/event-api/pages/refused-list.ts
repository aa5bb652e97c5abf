// The keywords of an event that are not collected although it asks for them, and why.
import { html } from 'hono/html';
import type { RefusedKeywords } from '../tracker-reader.ts';
import { chips } from './box.ts';
import type { Html } from './format.ts';
import { count } from './format.ts';

/** Nothing where nothing is refused, or nobody can say. */
export function refusedList(refused: readonly RefusedKeywords[] | null): Html | '' {
  if (refused === null || refused.length === 0) return '';
  return html`<div class="notice bad">
    <p><strong>X does not collect some of these keywords</strong></p>
    ${refused.map(
      ({ keywords, more, reason }) =>
        html`${chips(keywords, keywords.length)}
          <p>${more === 0 ? '' : html`…and ${count(more)} more. `}X says: <bdi>${reason}</bdi></p>`,
    )}
  </div>`;
}
