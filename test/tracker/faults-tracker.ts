// A tracker on the simulator: in this process, or in one of its own that can be killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Log } from '../../eventing/log.ts';
import { collect } from '../../tracker/collect.ts';
import type { Opening } from '../../tracker/open-source.ts';
import { xRules } from '../../tracker/x-api.ts';
import { XSource } from '../../tracker/x-source.ts';

export interface RunningTracker {
  /** SIGKILL, and at once another one in its place */
  readonly killAndRestart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface Place {
  readonly url: string;
  readonly log: Log;
  readonly dir: string;
}

export function trackerHere({ url, log }: Place): RunningTracker {
  const stopping = new AbortController();
  const options = { name: 'x', baseUrl: url, bearerToken: 'token', rules: xRules(url, 'token') } as const;
  const open = ({ install, budget }: Opening) => new XSource({ ...options, install, budget, search: null });
  const common = { log, spool: undefined, install: 'test', postsPerDay: undefined };
  const collecting = collect({ ...common, open, report: () => undefined }, stopping.signal);
  return {
    killAndRestart: () => Promise.reject(new Error('only a process of its own can be killed')),
    async stop() {
      stopping.abort();
      await (
        await collecting
      )?.stopped;
    },
  };
}

export function trackerApart({ url, dir }: Place): RunningTracker {
  const start = () =>
    spawn(process.execPath, ['tracker/main.ts'], {
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        SOURCE: 'x',
        X_API_URL: url,
        X_BEARER_TOKEN: 'token',
        X_SEARCH_POSTS_PER_DAY: '0',
        DATA_DIR: dir,
      },
    });
  let running = start();
  const kill = async (): Promise<void> => {
    if (running.exitCode !== null || running.signalCode !== null) {
      throw new Error(`the tracker ended by itself: ${running.exitCode ?? running.signalCode}`);
    }
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  };
  return {
    async killAndRestart() {
      await kill();
      running = start();
    },
    stop: kill,
  };
}
