// Runs the X simulator alone: node tracker/x-simulator/main.ts --port 9000 --seed 1 --rate 200 --record FILE
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { shifted, systemClock } from './clock.ts';
import { faultScript } from './fault-forms.ts';
import { startSimulator, type SimulatorOptions } from './server.ts';

const usage = `node tracker/x-simulator/main.ts [--port 9000] [--host 127.0.0.1] [--seed 1] [--rate POSTS_PER_SECOND]
  [--rule-delay MS (20000)] [--keep-alive MS (20000)] [--search-delay MS (30000)] [--linger MS (0)]
  [--second-connect refuse|replace] [--credits POSTS] [--monthly-cap POSTS] [--dialect tweet|post] [--no-rate-limits]
  [--posts FILE [--restamp]] [--faults FILE] [--record FILE] [--remember POSTS] [--archive POSTS] [--clock-offset MS]`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const known = {
  port: text, host: text, seed: text, rate: text, 'rule-delay': text, 'keep-alive': text, 'search-delay': text, linger: text,
  'second-connect': text, credits: text, 'monthly-cap': text, dialect: text, posts: text, faults: text, record: text,
  remember: text, archive: text, 'clock-offset': text, restamp: flag, 'no-rate-limits': flag,
}; // prettier-ignore

function optionsOf(args: readonly string[]): SimulatorOptions {
  const { values } = parseArgs({ args: [...args], options: known });
  const number = (
    name: Exclude<keyof typeof known, 'host' | 'restamp' | 'no-rate-limits'>,
  ): number | undefined => (values[name] === undefined ? undefined : numberOf(`--${name}`, values[name]));
  return {
    port: number('port') ?? 9000,
    host: values.host,
    seed: number('seed') ?? 1,
    rate: number('rate'),
    ruleDelayMs: number('rule-delay') ?? 20_000,
    keepAliveMs: number('keep-alive'),
    searchDelayMs: number('search-delay'),
    lingerMs: number('linger'),
    secondConnect: oneOf('--second-connect', values['second-connect'], ['refuse', 'replace']),
    credits: number('credits'),
    monthlyCap: number('monthly-cap'),
    dialect: oneOf('--dialect', values.dialect, ['tweet', 'post']),
    posts: values.posts === undefined ? undefined : linesOf(values.posts),
    restamp: values.restamp,
    faults: values.faults === undefined ? undefined : faultScript(readFileSync(values.faults, 'utf8')),
    record: values.record,
    remember: number('remember'),
    archive: number('archive'),
    clock: shifted(systemClock, signed('--clock-offset', values['clock-offset'] ?? '0')),
    rateLimits: values['no-rate-limits'] !== true,
  };
}

const linesOf = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');

function numberOf(name: string, value: string): number {
  const number = signed(name, value);
  if (number < 0) throw new RangeError(`${name} must be a number from 0 up, not '${value}'`);
  return number;
}

function signed(name: string, value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number))
    throw new RangeError(`${name} must be a number, not '${value}'`);
  return number;
}

function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  among: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = among.find((one) => one === value);
  if (found === undefined) throw new RangeError(`${name} must be ${among.join(' or ')}, not '${value}'`);
  return found;
}

async function main(): Promise<void> {
  const simulator = await startSimulator(optionsOf(process.argv.slice(2)));
  process.stdout.write(`X simulator at ${simulator.url}\n`);
  const stop = (): void => void simulator.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exitCode = 2;
}
