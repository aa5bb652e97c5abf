// A function's instance as a process of its own on this machine: started when it is called, started again when it died.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Starter } from './local-instance.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMPILE_CACHE = new URL('compile-cache.mjs', import.meta.url).href;
const START_MS = 20_000;
/** as long as Kubernetes waits for a pod */
const STOP_MS = 30_000;
const address = z.object({ port: z.int() });

interface Listening {
  readonly child: ChildProcess;
  readonly url: string;
}

/** `program` is a path from the project's root; it gets a free port, and ends when this process does, however that ends. */
export function processOf(program: string, env: NodeJS.ProcessEnv): Starter {
  return async (more) => {
    let running: Promise<Listening> | undefined;
    const start = async (): Promise<Listening> => {
      const child = spawnChild(program, { ...env, ...more, HOST: '127.0.0.1', PORT: '0' });
      child.once('exit', () => (running = undefined));
      return { child, url: await urlOf(child, program) };
    };
    const awake = (): Promise<Listening> => {
      running ??= start().catch((error: unknown) => {
        running = undefined;
        throw error;
      });
      return running;
    };
    await awake();
    return {
      fetch: async (request) => forward(request, (await awake()).url),
      close: async () => {
        const closing = await running;
        if (closing === undefined) return;
        const ended = once(closing.child, 'exit');
        closing.child.kill('SIGTERM');
        const late = setTimeout(() => closing.child.kill('SIGKILL'), STOP_MS);
        await ended;
        clearTimeout(late);
      },
    };
  };
}

function spawnChild(program: string, env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, ['--import', COMPILE_CACHE, program], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

async function urlOf(child: ChildProcess, program: string): Promise<string> {
  const late = AbortSignal.timeout(START_MS);
  const ended = once(child, 'exit', { signal: late }).then(([status]) => {
    throw new Error(`${program} ended with ${String(status)} before it listened`);
  });
  const told = once(child, 'message', { signal: late });
  const [message]: unknown[] = await Promise.race([told, ended]);
  ended.catch(() => undefined);
  return `http://127.0.0.1:${address.parse(message).port}`;
}

async function forward(request: Request, url: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const body = request.method === 'GET' ? null : await request.arrayBuffer();
  return fetch(`${url}${pathname}${search}`, {
    method: request.method,
    headers: request.headers,
    body,
    signal: request.signal,
  });
}
