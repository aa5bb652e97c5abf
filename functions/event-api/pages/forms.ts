// The form for a new event and for an edit: works without scripts, keeps what was typed, says what is wrong where it is wrong.
import { html } from 'hono/html';
import { LIMITS, type CrisisEvent } from '../../../sql/crisis-event.ts';
import { Problem } from '../problem.ts';
import type { Html } from './format.ts';
import { keywordLines, nothing, type Typed } from './typed.ts';

const FIELDS = ['name', 'keywords', 'description', 'catchUpHours'] as const;
type Field = (typeof FIELDS)[number];

export interface Form {
  readonly typed: Typed;
  /** the event that is edited; undefined for a new one */
  readonly event?: CrisisEvent;
  readonly problem?: Problem;
}

export const emptyForm: Form = { typed: nothing };

export function formOf(event: CrisisEvent): Form {
  const { name, keywords, description, version } = event;
  const typed = { name, keywords: keywords.join('\n'), description, version: String(version) };
  return { event, typed: { ...nothing, ...typed } };
}

/** The messages for one field; that for `keywords.3` names the line it is about. */
export function messagesFor(field: Field, { typed, problem }: Form): string[] {
  const lines = keywordLines(typed.keywords);
  return (problem?.fields ?? []).flatMap(({ field: path, message }) => {
    if (path === field) return [message];
    if (field !== 'keywords' || !path.startsWith('keywords.')) return [];
    const line = lines[Number(path.slice('keywords.'.length))];
    return [line === undefined ? message : `Line ${line.number}, “${cut(line.text)}”: ${message}`];
  });
}

const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

export function eventForm(form: Form): Html {
  const { event, typed } = form;
  const first = FIELDS.find((field) => messagesFor(field, form).length > 0);
  const action = event === undefined ? '/events' : `/events/${event.code}`;
  return html`<form class="form" method="post" action="${action}" novalidate>
    ${summary(form)}
    ${fieldView({ form, name: 'name', label: 'Name', hint: nameHint(event), focus: first === 'name' })}
    ${fieldView({ form, name: 'keywords', label: 'Keywords', hint: keywordsHint, focus: first === 'keywords' })}
    ${fieldView({ form, name: 'description', label: 'Description, if you like', hint: '', focus: first === 'description' })}
    ${event === undefined ? lookBackView(form, first === 'catchUpHours') : ''}
    <input type="hidden" name="version" value="${typed.version}" />
    <p class="actions">
      <button class="primary">${event === undefined ? 'Start collecting' : 'Save'}</button>
      ${event === undefined ? '' : html`<a class="button" href="/events/${event.code}">Cancel</a>`}
    </p>
  </form>`;
}

const keywordsHint =
  'One a line. A post matches when it has all words of a line, in any order; put an exact phrase in double quotes.';

function lookBackView(form: Form, focus: boolean): Html {
  const label = 'Also look back, in hours';
  const hint = `For posts from before now, up to ${LIMITS.catchUpHours} hours (7 days). Each one found costs as a new one does, and a search does not find retweets.`;
  return fieldView({ form, name: 'catchUpHours', label, hint, focus });
}

function nameHint(event: CrisisEvent | undefined): string {
  if (event !== undefined) return `Its address stays ${event.code}.`;
  return 'What people call it: a place and what happened, perhaps the year.';
}

/** What no field can show: the problem as a whole, and the event as it is now when somebody else was faster. */
function summary(form: Form): Html | '' {
  const { problem, event } = form;
  if (problem === undefined) return '';
  if (problem.status === 412 && event !== undefined) return stale(event);
  const shown = new Set(FIELDS.flatMap((field) => messagesFor(field, form)));
  if (shown.size > 0) {
    return html`<div class="notice bad" role="alert">
      <p><strong>Nothing was saved yet.</strong> See below what to change.</p>
    </div>`;
  }
  const rest = problem.fields.map(({ message }) => message).filter((message) => message !== problem.title);
  return html`<div class="notice bad" role="alert">
    <p><strong>${problem.title}</strong></p>
    ${rest.map((message) => html`<p>${message}</p>`)}
  </div>`;
}

function stale(event: CrisisEvent): Html {
  return html`<div class="notice bad" role="alert">
    <p>
      <strong>Somebody else has changed this event since you opened it.</strong> What you typed is kept below
      and not saved yet. Save again to put it in place of this:
    </p>
    <dl class="saved">
      <dt>Name</dt>
      <dd dir="auto">${event.name}</dd>
      <dt>Keywords</dt>
      <dd dir="auto">${event.keywords.join(' · ')}</dd>
      ${
        event.description === ''
          ? ''
          : html`<dt>Description</dt>
              <dd dir="auto">${event.description}</dd>`
      }
    </dl>
  </div>`;
}

interface FieldView {
  readonly form: Form;
  readonly name: Field;
  readonly label: string;
  readonly hint: string;
  readonly focus: boolean;
}

function fieldView({ form, name, label, hint, focus }: FieldView): Html {
  const wrong = messagesFor(name, form);
  const described = [
    ...(wrong.length > 0 ? [`${name}-wrong`] : []),
    ...(hint === '' ? [] : [`${name}-hint`]),
  ];
  const attributes = html`id="${name}" name="${name}" dir="auto"
  ${wrong.length > 0 ? html`aria-invalid="true"` : ''}
  ${described.length > 0 ? html`aria-describedby="${described.join(' ')}"` : ''} ${focus ? 'autofocus' : ''}`;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${hint === '' ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${
      wrong.length === 0
        ? ''
        : html`<ul class="wrong" id="${name}-wrong">
            ${wrong.map((message) => html`<li>${message}</li>`)}
          </ul>`
    }
    ${control(name, form.typed[name], attributes)}
  </div>`;
}

const rows = { keywords: 7, description: 3 } as const;

function control(name: Field, value: string, attributes: Html): Html {
  if (name === 'name') {
    return html`<input type="text" autocomplete="off" value="${value}" ${attributes} />`;
  }
  if (name === 'catchUpHours') {
    return html`<input
      type="text"
      inputmode="numeric"
      autocomplete="off"
      size="4"
      value="${value}"
      ${attributes}
    />`;
  }
  // A browser drops the first line break in a textarea: this one is for it to drop.
  return html`<textarea rows="${rows[name]}" ${attributes}>${`\n${value}`}</textarea>`;
}
