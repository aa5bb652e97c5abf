// Events asked for on the command line: made if they are not there yet; an existing one stays as it is.
import { codeOf } from '../../sql/crisis-event.ts';
import type { Events } from './events.ts';
import { checked, newEvent } from './input.ts';
import { Problem } from './problem.ts';

export interface NamedEvent {
  readonly name: string;
  readonly keywords: readonly string[];
  readonly description?: string;
}

/** As they will be kept. Throws a {@link Problem} that names the event and what is wrong with it. */
export function checkedEvents(wanted: readonly NamedEvent[]): NamedEvent[] {
  return wanted.map((event) => {
    try {
      return checked(newEvent, event);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const mistakes = error.fields.map(({ field, message }) => `${field}: ${message}`).join(' ');
      throw new Problem(error.status, `The event "${event.name}" cannot be made. ${mistakes}`, error.fields);
    }
  });
}

/** Rejects with a {@link Problem} before any is made. `say` is told what was left as it is. */
export async function ensureEvents(
  events: Events,
  wanted: readonly NamedEvent[],
  say: (message: string) => void,
): Promise<void> {
  for (const event of checkedEvents(wanted)) {
    // A name without Latin letters has no code of its own.
    const code = codeOf(event.name);
    const present = (await events.list()).find((one) => one.code === code || one.name === event.name);
    if (present === undefined) {
      await events.create(event);
      continue;
    }
    if (present.keywords.join('\n') !== event.keywords.join('\n'))
      say(`The event ${present.code} stays as it is, with the keywords: ${present.keywords.join(', ')}`);
    if (present.status !== 'active')
      say(`The event ${present.code} stays as it is: ${present.status}, so nothing is collected for it.`);
  }
}
