// Processes that a fault ends and a supervisor starts again, as Kubernetes would; and the normalizers, which the controller starts.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Started } from '../journey/running.ts';

export interface Supervised {
  readonly pid: () => number;
  /** SIGKILL, and at once another one in its place */
  readonly killAndRestart: () => Promise<void>;
  /** SIGTERM, and wait until it and its children are gone */
  readonly stop: () => Promise<number | NodeJS.Signals>;
  /** SIGKILL to it and to its children */
  readonly kill: () => Promise<void>;
  /** what all of them wrote to stderr until now */
  readonly said: () => string;
}

export function supervised(start: () => Started): Supervised {
  let running = start();
  const all = [running];
  return {
    pid: () => running.process.pid!,
    async killAndRestart() {
      const gone = once(running.process, 'exit');
      running.process.kill('SIGKILL');
      await gone;
      running = start();
      all.push(running);
    },
    stop() {
      running.process.kill('SIGTERM');
      return running.ended;
    },
    async kill() {
      const children = childrenOf(running.process.pid!);
      running.process.kill('SIGKILL');
      for (const pid of children.filter(isThere)) process.kill(pid, 'SIGKILL');
      await running.ended;
    },
    said: () => all.map(({ err }) => err()).join('--- killed ---\n'),
  };
}

/** The children of a process, by pid; only those that run this program, if one is named. */
export function childrenOf(parent: number, program?: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => {
      // The name, in parentheses, may hold anything; the state and the parent come behind it.
      const stat = read(`/proc/${pid}/stat`);
      const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (ppid !== `${parent}`) return false;
      return program === undefined || read(`/proc/${pid}/cmdline`).split('\0').includes(program);
    })
    .map(Number);
}

export function isThere(pid: number): boolean {
  const state = /^State:\s+(\S)/m.exec(read(`/proc/${pid}/status`))?.[1];
  return state !== undefined && state !== 'Z';
}

/** Nothing where the process has just gone. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
