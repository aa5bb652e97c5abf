// Events asked for on the command line: made if they are not there yet; an existing one stays as it is.
import { codeOf } from '../../sql/crisis-event.ts';
import type { Events } from './events.ts';

export interface NamedEvent {
  readonly name: string;
  readonly keywords: readonly string[];
  readonly description?: string;
}

/** Rejects with a Problem for a name or keywords that no event may have. `say` is told what was left as it is. */
export async function ensureEvents(
  events: Events,
  wanted: readonly NamedEvent[],
  say: (message: string) => void,
): Promise<void> {
  for (const event of wanted) {
    // A name without Latin letters has no code of its own.
    const code = codeOf(event.name);
    const present = (await events.list()).find((one) => one.code === code || one.name === event.name.trim());
    if (present === undefined) {
      await events.create(event);
    } else if (present.keywords.join('\n') !== event.keywords.join('\n')) {
      say(`The event ${present.code} stays as it is, with the keywords: ${present.keywords.join(', ')}`);
    }
  }
}
