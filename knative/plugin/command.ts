// What a command is, how one is found among the arguments, and how its options are read.
import { parseArgs } from 'node:util';
import type { Api } from './api.ts';
import { WrongUsage } from './failures.ts';

export interface Option {
  readonly type: 'string' | 'boolean';
  /** one letter, or '' */
  readonly short: string;
  readonly multiple: boolean;
  /** what help calls the value; '' for a boolean */
  readonly value: string;
  readonly says: string;
  /** what completion offers */
  readonly choices: readonly string[] | 'event';
}

/** `json` and `yaml` print `value`; a person gets `text`. `status` is the exit status. */
export interface Result {
  readonly value: unknown;
  readonly text: string;
  readonly status: number;
}

export type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface Given {
  readonly api: Api;
  readonly values: Values;
  readonly operands: readonly string[];
  readonly now: Date;
}

export interface Operands {
  /** what help calls one, such as CODE */
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly choices: readonly string[] | 'event';
}

export interface Command {
  readonly words: readonly string[];
  readonly summary: string;
  readonly operands: Operands;
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  readonly run: (given: Given) => Promise<Result>;
}

export const FORMATS = ['table', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

const plain = { short: '', multiple: false, choices: [] } as const;

export function text(value: string, says: string, more: Partial<Option> = {}): Option {
  return { ...plain, type: 'string', value, says, ...more };
}

export function flag(says: string, more: Partial<Option> = {}): Option {
  return { ...plain, type: 'boolean', value: '', says, ...more };
}

export const noOperands: Operands = { name: '', least: 0, most: 0, choices: [] };
export const eventCode: Operands = { name: 'CODE', least: 1, most: 1, choices: 'event' };

/** Options that every command has. */
export const COMMON: Readonly<Record<string, Option>> = {
  output: text('FORMAT', 'table, json or yaml', { short: 'o', choices: FORMATS }),
  help: flag('show this help', { short: 'h' }),
};

export const optionsOf = ({ options }: Command): Readonly<Record<string, Option>> => ({
  ...options,
  ...COMMON,
});

interface Found {
  readonly command: Command;
  readonly rest: readonly string[];
}

/** A group of commands, to be explained; `wrong` when a word is none of them. */
interface Group {
  readonly words: readonly string[];
  readonly wrong: string | undefined;
}

export function commandOf(commands: readonly Command[], args: readonly string[]): Found | Group {
  const words: string[] = [];
  for (const arg of args) {
    if (arg.startsWith('-')) break;
    if (!commands.some((command) => startsWith(command.words, [...words, arg]))) {
      return { words, wrong: `unknown command '${arg}'` };
    }
    words.push(arg);
    const command = commands.find((it) => it.words.length === words.length && startsWith(it.words, words));
    if (command !== undefined) return { command, rest: args.slice(words.length) };
  }
  const [option] = args.slice(words.length);
  const asked = option === undefined || option === '-h' || option === '--help';
  return { words, wrong: asked ? undefined : `unknown option '${option}'` };
}

export function startsWith(words: readonly string[], start: readonly string[]): boolean {
  return start.every((word, index) => words[index] === word);
}

/** Throws {@link WrongUsage} for an unknown option, a missing value, too few or too many operands. */
export function valuesOf(command: Command, args: readonly string[]): Pick<Given, 'values' | 'operands'> {
  const options = Object.fromEntries(
    Object.entries(optionsOf(command)).map(([name, { type, multiple, short }]) => [
      name,
      { type, multiple, ...(short === '' ? {} : { short }) },
    ]),
  );
  const { values, positionals } = parsed(
    () => parseArgs({ args: [...args], options, allowPositionals: true, strict: true }),
    command,
  );
  const { name, least, most } = command.operands;
  if (values['help'] !== true) {
    if (positionals.length < least) throw new WrongUsage(`${name} is missing`, command.words);
    if (positionals.length > most)
      throw new WrongUsage(`'${positionals[most] ?? ''}' is too much`, command.words);
  }
  return { values, operands: positionals };
}

function parsed<T>(parse: () => T, { words }: Command): T {
  try {
    return parse();
  } catch (error) {
    // The first sentence; what follows is about positional arguments that begin with a dash.
    if (error instanceof TypeError) throw new WrongUsage(error.message.split('. ')[0] ?? '', words);
    throw error;
  }
}

export function formatOf({ words }: Command, values: Values): Format {
  const wanted = textIn(values, 'output') ?? 'table';
  const format = FORMATS.find((it) => it === wanted);
  if (format === undefined)
    throw new WrongUsage(`there is no output '${wanted}': table, json or yaml`, words);
  return format;
}

export function textIn(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function textsIn(values: Values, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((it) => typeof it === 'string') : [];
}

/** The operand that `least` asks for. */
export function first({ operands }: Given): string {
  return operands[0] ?? '';
}
