// The whole journey in its real process: how many posts a second go from a file to row and raw message, what memory that takes,
// and what a slow stream costs. Linux only: memory and CPU time are read from /proc.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Corpus, madeEvents, madeLines } from './corpora.ts';
import { median, type Result } from './rounds.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const TICKS_PER_SECOND = 100;
const POSTS = { v1: 60_000, v2: 50_000, short: 80_000 };
const MANY = 200_000;
const SLOW = { rate: 57, seconds: 40, idle: 10 };

/** Posts of three events in a file, and how many there are. */
export async function inFile<T>(
  corpus: Corpus,
  work: (file: string, posts: number) => Promise<T>,
): Promise<T> {
  return inFolder(corpus, POSTS[corpus], 3, (_, file) => work(file, POSTS[corpus]));
}

/** Posts a second from the start of the process to its end, which is when every row is stored; the median of three runs. */
export async function measureJourney(corpus: Corpus, file: string, n: number): Promise<Result> {
  const folder = join(file, '..', 'journey');
  const speeds: number[] = [];
  for (let run = 1; run <= 3; run += 1) {
    const start = process.hrtime.bigint();
    await ended(replay(folder, file, ['--once', ...eventArguments(3)]));
    speeds.push(n / (Number(process.hrtime.bigint() - start) / 1e9));
    rmSync(folder, { recursive: true });
  }
  return { name: `journey-${corpus}`, value: Math.round(median(speeds)), unit: 'posts/s', n };
}

/** The most that is resident while many posts are replayed, and how much more that is in the last third than in the second. */
export async function measureMemory(): Promise<Result[]> {
  return inFolder('v2', MANY, 3, async (folder, file) => {
    const samples: number[] = [];
    const child = replay(folder, file, ['--once', ...eventArguments(3)]);
    const sampling = setInterval(() => samples.push(residentMb(child)), 100);
    await ended(child).finally(() => clearInterval(sampling));
    const third = Math.floor(samples.length / 3);
    const growth = most(samples.slice(2 * third)) - most(samples.slice(third, 2 * third));
    return [
      { name: 'memory-journey-v2', value: most(samples), unit: 'MB', n: MANY },
      { name: 'memory-growth-v2', value: growth, unit: 'MB', n: MANY },
    ];
  });
}

/** The share of a core that a stream of 57 posts/s costs over the same process doing nothing, in per cent. */
export async function measureSlowStream(): Promise<Result> {
  const n = SLOW.rate * SLOW.seconds;
  return inFolder('v2', n + 10 * SLOW.rate, 1, async (folder, file) => {
    const child = replay(folder, file, ['--rate', `${SLOW.rate}`, ...eventArguments(1)], { PORT: '0' });
    await setTimeout(5_000);
    const busy = await coreShare(child, SLOW.seconds);
    await stopped(child);
    const still = spawnLocal([], { DATA_DIR: folder, SOURCE: 'none', PORT: '0' });
    await setTimeout(3_000);
    const idle = await coreShare(still, SLOW.idle);
    await stopped(still);
    return { name: 'cpu-57-v2', value: Math.round((busy - idle) * 100) / 100, unit: '% of a core', n };
  });
}

export const most = (part: readonly number[]): number => Math.max(...part.filter((mb) => mb > 0));

export function eventArguments(count: number): string[] {
  return madeEvents(count).flatMap(({ code, keywords }) => ['--event', `${code}=${keywords.join(',')}`]);
}

export async function inFolder<T>(
  corpus: Corpus,
  posts: number,
  events: number,
  work: (folder: string, file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'epicenter-bench-'));
  try {
    const file = join(folder, 'posts.jsonl');
    // On the disk before the measuring begins: the system's writing of it is none of the journey's.
    const out = createWriteStream(file, { flush: true });
    for (const line of madeLines(corpus, { posts, events })) {
      if (!out.write(`${line.toString()}\n`)) await once(out, 'drain');
    }
    out.end();
    await once(out, 'close');
    return await work(folder, file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function replay(folder: string, file: string, more: readonly string[], env = {}): ChildProcess {
  return spawnLocal(['--replay', file, ...more], { DATA_DIR: join(folder, 'data'), ...env });
}

/** As `npm start` does. */
export function spawnLocal(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const script = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  const [, ...start] = script.scripts.start.split(' ');
  return spawn(process.execPath, [...start, ...args], {
    cwd: ROOT,
    env: { ...env },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
}

export async function ended(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the replay ended with ${code}`);
}

export async function stopped(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'close');
}

export function residentMb(child: ChildProcess): number {
  try {
    const [, kb = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kb) / 1_000);
  } catch {
    return 0; // it has ended
  }
}

export async function coreShare(child: ChildProcess, seconds: number): Promise<number> {
  const before = cpuTicks(child);
  const start = process.hrtime.bigint();
  await setTimeout(seconds * 1_000);
  const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
  return ((cpuTicks(child) - before) / TICKS_PER_SECOND / elapsed) * 100;
}

/** User and system time: fields 14 and 15 of proc(5)'s stat, counted behind the name in brackets. */
function cpuTicks(child: ChildProcess): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
