// `kn epicenter dead-letters list` and `resend`.
import { z } from 'zod';
import { type Api, read } from './api.ts';
import { type Command, flag, type Given, noOperands, text, textIn } from './command.ts';
import { WrongUsage } from './failures.ts';
import { age, table } from './output.ts';

const page = z.object({
  deadLetters: z.array(
    z.looseObject({
      id: z.string(),
      time: z.string(),
      event: z.string().nullable(),
      type: z.string().nullable(),
      bytes: z.number(),
      reason: z.string(),
    }),
  ),
  next: z.string().nullable(),
});
type Shown = z.infer<typeof page>['deadLetters'][number];

const resent = z.object({
  resent: z.number(),
  already: z.number(),
  refused: z.array(z.object({ id: z.string(), reason: z.string() })),
  more: z.boolean(),
});

const PAGE = 1_000;
const event = text('CODE', 'only those of an event', { short: 'e', choices: 'event' });

const list: Command = {
  words: ['dead-letters', 'list'],
  summary: 'List what could not be delivered, newest first, with the reason',
  operands: noOperands,
  options: { event, limit: text('N', 'at most this many (50)') },
  examples: ['', '--event harbour-flood --limit 500'],
  async run({ api, values, now }) {
    const limit = limitIn(textIn(values, 'limit') ?? '50');
    const letters = await collected(api, textIn(values, 'event'), limit);
    const rows = letters.map(({ id, event: of, type, bytes, time, reason }) => [
      id,
      of ?? '',
      (type ?? '').replace(/^dev\.epicenter\./, ''),
      String(bytes),
      age(time, now),
      reason,
    ]);
    const shown = table(['ID', 'EVENT', 'TYPE', 'BYTES', 'AGE', 'REASON'], rows);
    return { value: letters, text: rows.length === 0 ? 'No dead letters found.' : shown, status: 0 };
  },
};

function limitIn(written: string): number {
  if (!/^[1-9]\d{0,5}$/.test(written)) {
    throw new WrongUsage(`--limit is a whole number from 1 to 999999, not '${written}'`, list.words);
  }
  return Number(written);
}

async function collected(api: Api, code: string | undefined, limit: number): Promise<Shown[]> {
  const letters: Shown[] = [];
  let next: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(limit - letters.length, PAGE)) });
    if (code !== undefined) query.set('event', code);
    if (next !== null) query.set('cursor', next);
    const answer = read(page, await api.call('GET', `/api/dead-letters?${query.toString()}`));
    letters.push(...answer.deadLetters);
    next = answer.next;
  } while (next !== null && letters.length < limit);
  return letters;
}

const resend: Command = {
  words: ['dead-letters', 'resend'],
  summary: 'Send dead letters again, each once',
  operands: { name: 'ID', least: 0, most: PAGE, choices: [] },
  options: { event, all: flag('all of them') },
  examples: ['0-17 0-18', '--event harbour-flood', '--all'],
  async run(given) {
    const body = wantedOf(given);
    const refused = new Map<string, string>();
    const value = { resent: 0, already: 0 };
    for (let more = true; more;) {
      const answer = read(resent, await given.api.call('POST', '/api/dead-letters/resend', { body }));
      value.resent += answer.resent;
      value.already += answer.already;
      for (const { id, reason } of answer.refused) refused.set(id, reason);
      more = answer.more && answer.resent > 0;
    }
    const rows = [...refused];
    const sent = `Sent again: ${value.resent}. Sent before: ${value.already}. Refused: ${rows.length}.\n`;
    return {
      value: { ...value, refused: rows.map(([id, reason]) => ({ id, reason })) },
      text: rows.length === 0 ? sent : `${sent}\n${table(['ID', 'REASON'], rows)}`,
      status: rows.length === 0 ? 0 : 1,
    };
  },
};

function wantedOf({ values, operands }: Given): Readonly<Record<string, unknown>> {
  const [code, all] = [textIn(values, 'event'), values['all'] === true];
  const ways = [operands.length > 0, code !== undefined, all].filter((given) => given).length;
  if (ways !== 1) throw new WrongUsage('give ids, or --event CODE, or --all', resend.words);
  if (all) return { all };
  return code === undefined ? { ids: operands } : { event: code };
}

export const deadLetterCommands: readonly Command[] = [list, resend];
