// Runs the X simulator alone: node tracker/x-simulator/main.ts --port 9000 --seed 1 --rate 200 --record FILE
import { parseArgs } from 'node:util';
import { startSimulator, type SimulatorOptions } from './server.ts';

const usage = `node tracker/x-simulator/main.ts [--port 9000] [--seed 1] [--rate POSTS_PER_SECOND]
  [--rule-delay MS] [--keep-alive MS] [--record FILE]`;

function optionsOf(args: readonly string[]): SimulatorOptions {
  const text = { type: 'string' } as const;
  const options = {
    port: text,
    seed: text,
    rate: text,
    'rule-delay': text,
    'keep-alive': text,
    record: text,
  };
  const { values } = parseArgs({ args: [...args], options });
  return {
    port: numberOf('--port', values.port ?? '9000'),
    seed: numberOf('--seed', values.seed ?? '1'),
    rate: values.rate === undefined ? undefined : numberOf('--rate', values.rate),
    ruleDelayMs: numberOf('--rule-delay', values['rule-delay'] ?? '0'),
    keepAliveMs:
      values['keep-alive'] === undefined ? undefined : numberOf('--keep-alive', values['keep-alive']),
    record: values.record,
  };
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0))
    throw new RangeError(`${name} must be a number from 0 up, not '${text}'`);
  return number;
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
