// The real process, started as a person would start it, on a folder of its own; killed by its pid only.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Started {
  readonly process: ChildProcess;
  /** what it wrote until now */
  readonly out: () => string;
  readonly err: () => string;
  /** exit status, or the signal that ended it */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export function startNode(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  return start(process.execPath, args, env);
}

export function start(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const { PATH = '' } = process.env;
  const child = spawn(command, args, { cwd: ROOT, env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 0));
  });
  return { process: child, out: () => out, err: () => err, ended };
}

/** SIGKILL, and wait until nothing of it is left. */
export async function kill(started: Started): Promise<void> {
  started.process.kill('SIGKILL');
  await started.ended;
}

export async function stop(started: Started): Promise<number | NodeJS.Signals> {
  started.process.kill('SIGTERM');
  return started.ended;
}

export function tempDir(name: string): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), `epicenter-${name}-`));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
