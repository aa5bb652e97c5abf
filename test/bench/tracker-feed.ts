// The X simulator as a process of its own that feeds a tracker, so that what it costs is not taken for the tracker's.
// node test/bench/tracker-feed.ts FILE max: the lines of FILE as fast as they are read, twice, then the stream is closed.
// node test/bench/tracker-feed.ts FILE 57: so many lines a second, FILE over and over; what cannot be sent in time is left out.
// Says where it is, then when it began, or with the second time, in ms since 1970.
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { startSimulator, type SimulatorOptions } from '../../tracker/x-simulator/server.ts';

const CHUNK = 65_536;
/** What the tracker does at its start is none of the stream's. */
const SETTLED_MS = 500;
const TICK_MS = 5;
/** After a longer stop of the whole machine not all that was due is sent at once. */
const AT_ONCE = 1_000;
const EMPTY = Buffer.alloc(0);
const common = { port: 0, seed: 1, ruleDelayMs: 0, keepAliveMs: 200, rateLimits: false } as const;

const [file = '', rate = 'max'] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
process.once('SIGTERM', () => process.exit(0));
await (rate === 'max'
  ? atOnce(readFileSync(file))
  : paced(linesOf(readFileSync(file, 'utf8')), Number(rate)));

function linesOf(text: string): Buffer[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.from(`${line}\r\n`));
}

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

async function paced(lines: readonly Buffer[], perSecond: number): Promise<void> {
  const simulator = await connected({ posts: [] });
  say(`${Date.now()}`);
  const began = performance.now();
  for (let sent = 0; ; await setTimeout(TICK_MS)) {
    const due = Math.floor(((performance.now() - began) / 1_000) * perSecond) - sent;
    const now = Array.from(
      { length: Math.min(due, AT_ONCE) },
      (_, n) => lines[(sent + n) % lines.length] ?? EMPTY,
    );
    if (due > 0) await simulator.raw(Buffer.concat(now));
    sent += due;
  }
}

async function connected(options: Partial<SimulatorOptions>) {
  const simulator = await startSimulator({ ...common, ...options });
  say(simulator.url);
  while (!simulator.state().connected) await setTimeout(50);
  return simulator;
}
