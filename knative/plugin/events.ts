// `kn epicenter events list` and `create`.
import { z } from 'zod';
import { read, type Answer } from './api.ts';
import { type Command, flag, noOperands, text, textIn, textsIn } from './command.ts';
import { WrongUsage } from './failures.ts';
import { age, cut, facts, table } from './output.ts';
import { safe } from './safe-text.ts';

export const shownEvent = z.object({
  code: z.string(),
  name: z.string(),
  description: z.string(),
  keywords: z.array(z.string()),
  status: z.string(),
  createdAt: z.string(),
});
export type ShownEvent = z.infer<typeof shownEvent>;

const KEYWORDS_SHOWN = 48;
const NAME_SHOWN = 32;

export const eventPath = (code: string): string => `/api/events/${encodeURIComponent(code)}`;

/** One event, as it is after a change. */
export function eventResult(answer: Answer, done: string): { value: unknown; text: string; status: number } {
  const { code, name, status, keywords, description } = read(shownEvent, answer);
  const shown = facts([
    ['Code', code],
    ['Name', name],
    ['Status', status],
    ['Keywords', keywords.join(', ')],
    ['Description', description === '' ? undefined : description],
  ]);
  return { value: answer.value, text: `Event '${safe(code)}' ${done}.\n${shown}`, status: 0 };
}

const list: Command = {
  words: ['events', 'list'],
  summary: 'List events',
  operands: noOperands,
  options: { all: flag('also purged ones') },
  examples: ['', '-o json'],
  async run({ api, values, now }) {
    const answer = await api.call('GET', '/api/events');
    const every = read(z.array(z.looseObject(shownEvent.shape)), answer);
    const events = every.filter(({ status }) => values['all'] === true || status !== 'purged');
    const rows = events.map(({ code, name, status, keywords, createdAt }) => [
      code,
      cut(name, NAME_SHOWN),
      status,
      cut(keywords.join(', '), KEYWORDS_SHOWN),
      age(createdAt, now),
    ]);
    const shown = table(['CODE', 'NAME', 'STATUS', 'KEYWORDS', 'AGE'], rows);
    return { value: events, text: rows.length === 0 ? 'No events found.' : shown, status: 0 };
  },
};

const create: Command = {
  words: ['events', 'create'],
  summary: 'Create an event; its code comes from its name',
  operands: { name: 'NAME', least: 1, most: 1, choices: [] },
  options: {
    keyword: text('WORDS', 'words that must all occur; in double quotes, a phrase', {
      short: 'k',
      multiple: true,
    }),
    description: text('TEXT', 'what it is about', { short: 'd' }),
  },
  examples: [`"Harbour flood" --keyword flood --keyword '"high water"'`],
  async run({ api, values, operands: [name] }) {
    const keywords = textsIn(values, 'keyword');
    if (keywords.length === 0) throw new WrongUsage('an event needs a --keyword', create.words);
    const description = textIn(values, 'description');
    const body = { name, keywords, ...(description === undefined ? {} : { description }) };
    return eventResult(await api.call('POST', '/api/events', { body }), 'created');
  },
};

export const eventCommands: readonly Command[] = [list, create];
