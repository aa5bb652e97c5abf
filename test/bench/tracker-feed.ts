// The X simulator as a process of its own that feeds a tracker, so that what it costs is not taken for the tracker's.
// node test/bench/tracker-feed.ts FILE max: the lines of FILE as fast as they are read, twice, then the stream is closed.
// node test/bench/tracker-feed.ts FILE 57: so many posts a second by X's rules, FILE over and over with new ids.
// Says where it is, then when it began, or with the second time, in ms since 1970.
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { startSimulator, type SimulatorOptions } from '../../tracker/x-simulator/server.ts';

const CHUNK = 65_536;
/** What the tracker does at its start is none of the stream's. */
const SETTLED_MS = 500;
const common = { port: 0, seed: 1, ruleDelayMs: 0, keepAliveMs: 200, rateLimits: false } as const;

const [file = '', rate = 'max'] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
process.once('SIGTERM', () => process.exit(0));
await (rate === 'max' ? atOnce(readFileSync(file)) : paced(readFileSync(file, 'utf8'), Number(rate)));

async function atOnce(bytes: Buffer): Promise<void> {
  const simulator = await connected({ posts: [] });
  await setTimeout(SETTLED_MS);
  for (let time = 1; time <= 2; time += 1) {
    if (time === 2) say(`${Date.now()}`);
    for (let start = 0; start < bytes.length; start += CHUNK) {
      await simulator.raw(bytes.subarray(start, start + CHUNK));
    }
  }
  simulator.fault({ do: 'cut', how: 'clean' });
}

async function paced(text: string, perSecond: number): Promise<void> {
  const lines = text.trimEnd().split('\n');
  await connected({ posts: overAndOver(lines), restamp: true, rate: perSecond, monthlyCap: Infinity });
  say(`${Date.now()}`);
}

async function connected(options: Partial<SimulatorOptions>) {
  const simulator = await startSimulator({ ...common, ...options });
  say(simulator.url);
  while (!simulator.state().connected) await setTimeout(50);
  return simulator;
}

function* overAndOver(lines: readonly string[]): Generator<string> {
  for (;;) yield* lines;
}
