// What a shell may offer for the word that is being typed.
import { z } from 'zod';
import { type Api, read } from './api.ts';
import { type Command, type Option, optionsOf, startsWith } from './command.ts';

type Choices = readonly string[] | 'event';

/** `words` as typed so far, the last one (perhaps empty) still being typed. The event API is asked only for codes. */
export async function complete(
  commands: readonly Command[],
  words: readonly string[],
  api: () => Api,
): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const choices = choicesFor(commands, words.slice(0, -1), typed);
  const offered = choices === 'event' ? await codes(api) : choices;
  return [...new Set(offered)].filter((word) => word.startsWith(typed));
}

function choicesFor(commands: readonly Command[], before: readonly string[], typed: string): Choices {
  const command = commands.find(({ words }) => startsWith(before, words));
  if (command === undefined) {
    const next = commands.filter(({ words }) => startsWith(words, before));
    return next.flatMap(({ words }) => words[before.length] ?? []);
  }
  const options = optionsOf(command);
  const open = optionNamed(options, before.at(-1) ?? '');
  if (open?.type === 'string') return open.choices;
  if (typed.startsWith('-')) return Object.keys(options).map((name) => `--${name}`);
  return command.operands.choices;
}

function optionNamed(options: Readonly<Record<string, Option>>, word: string): Option | undefined {
  return Object.entries(options).find(
    ([name, { short }]) => word === `--${name}` || (short !== '' && word === `-${short}`),
  )?.[1];
}

async function codes(api: () => Api): Promise<string[]> {
  try {
    const events = read(
      z.array(z.object({ code: z.string(), status: z.string() })),
      await api().call('GET', '/api/events'),
    );
    // A shell takes what is offered as it is: nothing but what a code may be made of.
    const offered = events.filter(({ code, status }) => status !== 'purged' && /^[a-z0-9-]+$/.test(code));
    return offered.map(({ code }) => code);
  } catch {
    // Somebody pressed a key: whatever is wrong, the command that they are typing will say it.
    return [];
  }
}
