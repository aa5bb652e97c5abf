// `kn epicenter events list` and `create`.
import { z } from 'zod';
import { read, type Answer } from './api.ts';
import { type Command, flag, noOperands, text, textIn, textsIn, type Values } from './command.ts';
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
  collectSince: z.string().nullish(),
});
export type ShownEvent = z.infer<typeof shownEvent>;

const KEYWORDS_SHOWN = 48;
const NAME_SHOWN = 32;

export const eventPath = (code: string): string => `/api/events/${encodeURIComponent(code)}`;

/** One event, as it is after a change. */
export function eventResult(answer: Answer, done: string): { value: unknown; text: string; status: number } {
  const { code, name, status, keywords, description, collectSince } = read(shownEvent, answer);
  const shown = facts([
    ['Code', code],
    ['Name', name],
    ['Status', status],
    ['Keywords', keywords.join(', ')],
    ['Description', description === '' ? undefined : description],
    ['Posts since', collectSince ?? undefined],
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
    'catch-up-hours': text(
      'HOURS',
      'posts of so many hours before, too, as far as a search finds them: up to 168',
    ),
  },
  examples: [
    `"Harbour flood" --keyword flood --keyword '"high water"'`,
    '"Harbour flood" --keyword flood --catch-up-hours 24',
  ],
  async run({ api, values, operands: [name] }) {
    const keywords = textsIn(values, 'keyword');
    if (keywords.length === 0) throw new WrongUsage('an event needs a --keyword', create.words);
    const description = textIn(values, 'description');
    const catchUpHours = hoursIn(values);
    const more = Object.entries({ description, catchUpHours }).filter(([, value]) => value !== undefined);
    const body = { name, keywords, ...Object.fromEntries(more) };
    return eventResult(await api.call('POST', '/api/events', { body }), 'created');
  },
};

/** How many there may be the API says. */
function hoursIn(values: Values): number | undefined {
  const hours = textIn(values, 'catch-up-hours');
  if (hours === undefined || /^\d{1,9}$/.test(hours)) return hours === undefined ? undefined : Number(hours);
  throw new WrongUsage(`--catch-up-hours is a whole number of hours, not '${hours}'`, create.words);
}

export const eventCommands: readonly Command[] = [list, create];
