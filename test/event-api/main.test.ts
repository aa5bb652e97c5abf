// The event API as a process: by itself and under the plain functions-framework command.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const main = 'functions/event-api/main.ts';

let dir = '';
let child: ChildProcess | undefined;
let said = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'epicenter-main-'));
});
afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(dir, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}

function start(args: string[], env: Record<string, string>): ChildProcess {
  said = '';
  const kept = { PATH: process.env['PATH'] ?? '', DATA_DIR: dir };
  child = spawn(process.execPath, args, { cwd: root, env: { ...kept, ...env } });
  for (const output of [child.stdout, child.stderr]) {
    output?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  return child;
}

async function healthy(url: string): Promise<void> {
  await expect
    .poll(async () => (await fetch(`${url}/healthz`)).status, { timeout: 15_000, interval: 100 })
    .toBe(200);
}

async function exitOf(process_: ChildProcess): Promise<unknown> {
  if (process_.exitCode === null) await once(process_, 'exit');
  return process_.exitCode;
}

describe('node functions/event-api/main.ts', () => {
  it('serves, keeps events over a restart, and ends at SIGTERM with 0', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    start([main], { PORT: String(port) });
    await healthy(url);
    const created = await fetch(`${url}/api/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Flood', keywords: ['flood'] }),
    });
    expect(created.status).toBe(201);
    const event = await created.json();
    child!.kill('SIGTERM');
    expect(await exitOf(child!)).toBe(0);
    start([main], { PORT: String(port) });
    await healthy(url);
    expect(await (await fetch(`${url}/api/events`)).json()).toEqual([event]);
  });

  it('refuses to be reached by others without a token', async () => {
    expect(await exitOf(start([main], { HOST: '0.0.0.0', PORT: '0' }))).toBe(1);
    expect(said).toContain('HOST is 0.0.0.0');
    expect(said).toContain('API_TOKEN is not set');
  });

  it('never says the token', async () => {
    const port = await freePort();
    start([main], { PORT: String(port), API_TOKEN: 'correct-horse-battery-staple' });
    const url = `http://127.0.0.1:${port}`;
    await healthy(url);
    const headers = { authorization: 'Bearer correct-horse-battery-staple' };
    expect((await fetch(`${url}/api/events`, { headers })).status).toBe(200);
    expect((await fetch(`${url}/api/events`)).status).toBe(401);
    child!.kill('SIGTERM');
    await exitOf(child!);
    expect(said).not.toContain('correct-horse');
  });
});

describe('functions-framework --target=event-api', () => {
  const command = [
    'node_modules/@google-cloud/functions-framework/build/src/main.js',
    '--target=event-api',
    `--source=${main}`,
  ];

  it('serves it behind its token', async () => {
    const port = await freePort();
    start(command, { PORT: String(port), API_TOKEN: 'secret' });
    const url = `http://127.0.0.1:${port}`;
    await healthy(url);
    expect((await fetch(`${url}/api/events`)).status).toBe(401);
    const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'Flood', keywords: ['flood'] });
    expect((await fetch(`${url}/api/events`, { method: 'POST', headers, body })).status).toBe(201);
  });

  it('serves nothing without a token, because the framework listens on every address', async () => {
    const port = await freePort();
    start(command, { PORT: String(port) });
    const url = `http://127.0.0.1:${port}`;
    await expect.poll(() => said, { timeout: 15_000, interval: 100 }).toContain('URL: ');
    expect((await fetch(`${url}/api/events`)).status).toBe(500);
    expect(said).toContain('API_TOKEN is not set');
  });
});
