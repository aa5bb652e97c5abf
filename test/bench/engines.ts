// What a post costs from its raw line at the tracker until Kafka had it and both its rows are acknowledged by Cassandra: the CPU time
// (user and system) of all of our processes, which here are one; the engines' own is not counted. Linux only.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineEnv, onEmptyEngines, type SystemEnv } from './engines-place.ts';
import {
  ended,
  eventArguments,
  inFolder,
  most,
  residentMb,
  spawnLocal,
  TICKS_PER_SECOND,
} from './journey.ts';
import type { Result } from './rounds.ts';

/** So many that a second of starting up and compiling is less than a tenth. */
const POSTS = 120_000;

interface Cost {
  /** µs of CPU a post */
  readonly cpu: number;
  readonly speed: number;
  readonly resident: number;
  /** MB more in the last third than in the second */
  readonly growth: number;
}

const result = (name: string, value: number, unit: string): Result => ({ name, value, unit, n: POSTS });

/** With 1, 10 and 50 events, of which a post matches one. */
export async function* measureJourneyOnEngines(engines: EngineEnv): AsyncGenerator<Result> {
  for (const events of [1, 10, 50]) {
    const { cpu, speed, resident, growth } = await onEmptyEngines(engines, (env) => cost(env, events));
    yield result(`journey-engines-v1-${events}`, cpu, 'µs/post');
    yield result(`journey-engines-speed-v1-${events}`, speed, 'posts/s');
    yield result(`memory-engines-v1-${events}`, resident, 'MB');
    yield result(`memory-growth-engines-v1-${events}`, growth, 'MB');
  }
}

function cost(env: SystemEnv, events: number): Promise<Cost> {
  return inFolder('v1', POSTS, events, async (folder, file) => {
    const before = ticksOfEndedChildren();
    const start = process.hrtime.bigint();
    const args = ['--replay', file, '--once', ...eventArguments(events)];
    const child = spawnLocal(args, { DATA_DIR: join(folder, 'data'), ...env });
    const samples: number[] = [];
    const sampling = setInterval(() => samples.push(residentMb(child)), 100);
    await ended(child).finally(() => clearInterval(sampling));
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const ticks = ticksOfEndedChildren() - before;
    const third = Math.floor(samples.length / 3);
    return {
      cpu: Math.round((ticks / TICKS_PER_SECOND / POSTS) * 1e6),
      speed: Math.round(POSTS / seconds),
      resident: most(samples),
      growth: most(samples.slice(2 * third)) - most(samples.slice(third, 2 * third)),
    };
  });
}

/** User and system time of every process of ours that has ended, all of it: fields 16 and 17 of proc(5)'s stat. */
function ticksOfEndedChildren(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return Number(fields[13]) + Number(fields[14]);
}
