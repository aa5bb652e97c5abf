// The pages around the event form: one to make an event, one to change it.
import { html } from 'hono/html';
import { eventForm } from './forms.ts';
import type { Form } from './forms.ts';
import type { Html } from './format.ts';
import { layout } from './layout.ts';

const problemIn = ({ problem }: Form): string => (problem === undefined ? '' : 'Not saved: ');

export function createPage(form: Form): Html {
  return layout({
    title: `${problemIn(form)}New event – Epicenter`,
    here: 'create',
    main: html`<section class="lone wide">
      <p class="crumb"><a href="/">All events</a></p>
      <h1>New event</h1>
      ${eventForm(form)}
    </section>`,
  });
}

export function editPage(form: Form): Html {
  const { event } = form;
  return layout({
    title: `${problemIn(form)}Edit ${event?.name ?? ''} – Epicenter`,
    main: html`<section class="lone wide">
      <p class="crumb"><a href="/events/${event?.code ?? ''}">Back to the event</a></p>
      <h1>Edit <bdi>${event?.name ?? ''}</bdi></h1>
      ${eventForm(form)}
    </section>`,
  });
}
