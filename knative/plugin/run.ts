// From arguments to what is printed. Exit status 0; 1 when the event API refuses or is away; 2 for wrong usage.
import { openApi } from './api.ts';
import { complete } from './complete.ts';
import { commandOf, formatOf, type Given, valuesOf } from './command.ts';
import { completionCommand } from './completion.ts';
import { deadLetterCommands } from './dead-letters.ts';
import { eventChanges } from './event-changes.ts';
import { eventCommands } from './events.ts';
import { Failed, WrongUsage } from './failures.ts';
import { gapsCommand } from './gaps.ts';
import { groupHelp, help } from './help.ts';
import { written } from './output.ts';
import { safeLines } from './safe-text.ts';
import { statusCommand } from './status.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

const COMMANDS = [
  ...eventCommands,
  ...eventChanges,
  statusCommand,
  gapsCommand,
  ...deadLetterCommands,
  completionCommand,
];
const DEFAULT_URL = 'http://127.0.0.1:8080';
const PATIENCE_MS = 300_000;
const COMPLETION_PATIENCE_MS = 1_000;

/** Never rejects for anything that a person or the event API does. */
export async function run(args: readonly string[], env: Env): Promise<Ended> {
  try {
    if (args[0] === '__complete') return said(await completion(args.slice(1), env));
    return await carriedOut(args, env);
  } catch (error) {
    if (error instanceof WrongUsage) return { status: 2, out: '', err: safeLines(error.message) };
    if (error instanceof Failed) return { status: 1, out: '', err: safeLines(error.message) };
    throw error;
  }
}

const said = (out: string): Ended => ({ status: 0, out, err: '' });

async function carriedOut(args: readonly string[], env: Env): Promise<Ended> {
  const found = commandOf(COMMANDS, args);
  if ('words' in found) {
    if (found.wrong !== undefined) throw new WrongUsage(found.wrong, found.words);
    return said(groupHelp(COMMANDS, found.words));
  }
  const { command, rest } = found;
  const { values, operands } = valuesOf(command, rest);
  if (values['help'] === true) return said(help(command));
  const format = formatOf(command, values);
  const given: Given = { api: apiOf(env, PATIENCE_MS), values, operands, now: new Date() };
  const { status, ...result } = await command.run(given);
  return { status, out: written(result, format), err: '' };
}

function apiOf(env: Env, patienceMs: number): Given['api'] {
  // An empty variable counts as one that is not set.
  return openApi({
    url: env['EPICENTER_URL'] || DEFAULT_URL,
    token: env['API_TOKEN'] || undefined,
    patienceMs,
  });
}

async function completion(words: readonly string[], env: Env): Promise<string> {
  const candidates = await complete(COMMANDS, words, () => apiOf(env, COMPLETION_PATIENCE_MS));
  return candidates.map((candidate) => `${candidate}\n`).join('');
}
