// `kn epicenter events edit`, `pause`, `resume` and `archive`.
import { read } from './api.ts';
import { type Command, eventCode, first, type Given, text, textIn, textsIn } from './command.ts';
import { eventPath, eventResult, shownEvent } from './events.ts';
import { WrongUsage } from './failures.ts';

interface Change {
  readonly patch: Readonly<Record<string, unknown>>;
  /** the version that it was made for, where it was made for one */
  readonly ifMatch: string | undefined;
}

const edit: Command = {
  words: ['events', 'edit'],
  summary: 'Change an event; what is left out stays as it is',
  operands: eventCode,
  options: {
    name: text('NAME', 'another name; the code stays', { short: 'n' }),
    description: text('TEXT', 'another description', { short: 'd' }),
    keyword: text('WORDS', 'these keywords instead of all it has', { short: 'k', multiple: true }),
    'add-keyword': text('WORDS', 'one keyword more', { multiple: true }),
    'remove-keyword': text('WORDS', 'one keyword less', { multiple: true }),
  },
  examples: ['harbour-flood --add-keyword evacuate', 'harbour-flood --name "Harbour flood 2026"'],
  async run(given) {
    const { patch, ifMatch } = await changeOf(given);
    if (Object.keys(patch).length === 0) throw new WrongUsage('nothing is to be changed', edit.words);
    const answer = await given.api.call('PATCH', eventPath(first(given)), { body: patch, ifMatch });
    return eventResult(answer, 'changed');
  },
};

async function changeOf(given: Given): Promise<Change> {
  const [name, description] = [textIn(given.values, 'name'), textIn(given.values, 'description')];
  const { keywords, ifMatch } = await keywordsOf(given);
  const fields = Object.entries({ name, description, keywords }).filter(([, value]) => value !== undefined);
  return { patch: Object.fromEntries(fields), ifMatch };
}

async function keywordsOf(
  given: Given,
): Promise<{ keywords: string[] | undefined; ifMatch: string | undefined }> {
  const { api, values } = given;
  const all = textsIn(values, 'keyword');
  const [added, removed] = [textsIn(values, 'add-keyword'), textsIn(values, 'remove-keyword')];
  if (added.length + removed.length === 0)
    return { keywords: all.length === 0 ? undefined : all, ifMatch: undefined };
  if (all.length > 0) throw new WrongUsage('--keyword replaces all keywords: give it alone', edit.words);
  const answer = await api.call('GET', eventPath(first(given)));
  const { keywords } = read(shownEvent, answer);
  const unknown = removed.find((keyword) => !keywords.includes(keyword));
  if (unknown !== undefined) throw new WrongUsage(`the event has no keyword '${unknown}'`, edit.words);
  const left = keywords.filter((keyword) => !removed.includes(keyword));
  return { keywords: [...new Set([...left, ...added])], ifMatch: answer.etag };
}

function statusCommand(verb: string, summary: string, status: string): Command {
  return {
    words: ['events', verb],
    summary,
    operands: eventCode,
    options: {},
    examples: ['harbour-flood'],
    async run(given) {
      const answer = await given.api.call('PATCH', eventPath(first(given)), { body: { status } });
      return eventResult(answer, `is ${status}`);
    },
  };
}

export const eventChanges: readonly Command[] = [
  edit,
  statusCommand('pause', 'Collect nothing new until it is resumed', 'paused'),
  statusCommand('resume', 'Collect again', 'active'),
  statusCommand('archive', 'End collecting for good; what was collected stays', 'archived'),
];
