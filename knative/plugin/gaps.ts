// `kn epicenter gaps`: when posts may have been missed, why, and how many came back.
import { z } from 'zod';
import { read } from './api.ts';
import type { Command } from './command.ts';
import { eventPath } from './events.ts';
import { table } from './output.ts';

const gaps = z.array(
  z.object({
    from: z.string(),
    to: z.string().nullable(),
    reason: z.string(),
    recovered: z.number(),
  }),
);

/** To the second, so that two columns fit. */
const instant = (time: string): string => time.replace(/\.\d+Z$/, 'Z');

export const gapsCommand: Command = {
  words: ['gaps'],
  summary: 'List when an event may have missed posts, and why',
  operands: { name: 'CODE', least: 1, most: 1, choices: 'event' },
  options: {},
  examples: ['harbour-flood'],
  async run({ api, operands: [code = ''] }) {
    const answer = await api.call('GET', `${eventPath(code)}/gaps`);
    const rows = read(gaps, answer).map(({ from, to, reason, recovered }) => [
      instant(from),
      to === null ? 'open' : instant(to),
      String(recovered),
      reason,
    ]);
    const shown = table(['FROM', 'TO', 'RECOVERED', 'REASON'], rows);
    return { value: answer.value, text: rows.length === 0 ? 'No gaps found.' : shown, status: 0 };
  },
};
