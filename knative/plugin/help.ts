// What `--help` prints.
import { type Command, COMMON, type Option, startsWith } from './command.ts';

const INTRODUCTION = `Operate Epicenter: events, what they missed, and what could not be delivered.`;
const ENVIRONMENT = `Environment:
  EPICENTER_URL   where the event API is (http://127.0.0.1:8080)
  API_TOKEN       its token, where it has one
`;

const nameOf = (words: readonly string[]): string => ['kn', 'epicenter', ...words].join(' ');

/** A group of commands, or all of them. */
export function groupHelp(commands: readonly Command[], words: readonly string[]): string {
  const inside = commands.filter((command) => startsWith(command.words, words));
  const lines = inside.map((command) => [usageOf(command), command.summary] as const);
  return `${INTRODUCTION}

Usage:
  ${nameOf(words)} COMMAND

Commands:
${aligned(lines)}
${ENVIRONMENT}
Run '${nameOf([...words, 'COMMAND'])} --help' for more about one.
`;
}

export function help(command: Command): string {
  const { summary, options, examples } = command;
  const own = Object.keys(options).length === 0 ? '' : `Options:\n${aligned(described(options))}\n`;
  const shown = examples.map((example) => `  ${nameOf([...command.words, example]).trimEnd()}\n`).join('');
  return `${summary}

Usage:
  ${nameOf([usageOf(command)])} [options]

${shown === '' ? '' : `Examples:\n${shown}\n`}${own}Every command:
${aligned(described(COMMON))}
${ENVIRONMENT}`;
}

function usageOf({ words, operands: { name, least, most } }: Command): string {
  const each = most > 1 ? `${name}…` : name;
  const shown = least === 0 && most > 0 ? `[${each}]` : each;
  return [...words, shown].join(' ').trimEnd();
}

function described(options: Readonly<Record<string, Option>>): (readonly [string, string])[] {
  return Object.entries(options).map(([name, { short, value, says, multiple }]) => [
    `${short === '' ? '    ' : `-${short}, `}--${name} ${value}`.trimEnd(),
    multiple ? `${says}; may be repeated` : says,
  ]);
}

function aligned(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${left.padEnd(width)}   ${right}\n`).join('');
}
