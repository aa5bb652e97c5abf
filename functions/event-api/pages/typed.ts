// What a person typed into the form of an event, and what of it the API is given. Checks nothing: the API does.
import type { CrisisEvent } from '../../../sql/crisis-event.ts';

/** What a person typed, as text; `keywords` one a line. */
export interface Typed {
  readonly name: string;
  readonly keywords: string;
  readonly description: string;
  /** hours to look back; '' for none */
  readonly catchUpHours: string;
  /** of the event that the form was filled from; '' for a new one */
  readonly version: string;
}

export const nothing: Typed = { name: '', keywords: '', description: '', catchUpHours: '', version: '' };

/** Line breaks as people see them, not as forms send them. */
export function typedIn(form: URLSearchParams): Typed {
  const text = (field: string): string => (form.get(field) ?? '').replaceAll('\r\n', '\n');
  return {
    name: text('name'),
    keywords: text('keywords'),
    description: text('description'),
    catchUpHours: text('catchUpHours').trim(),
    version: text('version'),
  };
}

export interface Line {
  readonly number: number;
  readonly text: string;
}

/** The lines that hold a keyword, numbered as a person counts them. */
export function keywordLines(keywords: string): Line[] {
  const lines = keywords.split('\n').map((line, index) => ({ number: index + 1, text: line.trim() }));
  return lines.filter(({ text }) => text !== '');
}

export function inputOf({
  name,
  keywords,
  description,
}: Typed): Pick<CrisisEvent, 'name' | 'description' | 'keywords'> {
  return { name, description, keywords: keywordLines(keywords).map(({ text }) => text) };
}

/** What only a new event takes, too. A number that is none stays as it was typed, to be refused. */
export function newInputOf(typed: Typed): object {
  const { catchUpHours: hours } = typed;
  const input = inputOf(typed);
  return hours === '' ? input : { ...input, catchUpHours: /^\d+$/.test(hours) ? Number(hours) : hours };
}
