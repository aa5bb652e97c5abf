import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tweetsReceived } from '../../eventing/cloud-events.ts';
import { startNormalizer, type RunningFunction } from '../../functions/normalizer/start.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import { encodeBatch, makeEvent } from '../factories.ts';
import { EVENT, postOf, status } from './made.ts';

const main = fileURLToPath(new URL('../../functions/normalizer/main.ts', import.meta.url));
const framework = fileURLToPath(new URL('../../node_modules/.bin/functions-framework', import.meta.url));

let dir: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'normalizer-'));
  const store = await openSqliteStore(dir);
  await store.createEvent(makeEvent({ code: EVENT }));
  await store.close();
});

afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  child = undefined;
  rmSync(dir, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function request(url: string): Request {
  const message = tweetsReceived('tracker', EVENT, encodeBatch([postOf(status())]));
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) headers[name.replace('ce_', 'ce-')] = value;
  return new Request(url, { method: 'POST', headers, body: new Uint8Array(message.value ?? []) });
}

/** The answer of a process that is about to listen. */
async function firstAnswer(url: string): Promise<Response> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    try {
      return await fetch(request(url));
    } catch {
      await sleep(50);
    }
  }
  throw new Error(`nobody listened at ${url}`);
}

async function total(): Promise<number> {
  const store = await openSqliteStore(dir);
  const count = await store.total(EVENT);
  await store.close();
  return count;
}

describe('normalizer as a process', () => {
  it('normalizer takes a CloudEvent under the plain functions-framework command', async () => {
    const port = await freePort();
    child = spawn(process.execPath, [framework, '--target=normalizer', `--source=${main}`], {
      env: { ...process.env, PORT: String(port), DATA_DIR: dir },
      stdio: 'ignore',
    });
    expect((await firstAnswer(`http://127.0.0.1:${port}/`)).status).toBe(204);
    expect(await total()).toBe(1);
  });

  it('normalizer run directly serves, and on SIGTERM ends in good order', async () => {
    const port = await freePort();
    child = spawn(process.execPath, [main], {
      env: { ...process.env, PORT: String(port), DATA_DIR: dir },
      stdio: 'ignore',
    });
    const url = `http://127.0.0.1:${port}/`;
    await firstAnswer(url);
    // One that is under way when the signal comes is answered; its body comes only afterwards.
    const slow = request(url);
    const bytes = new Uint8Array(await slow.arrayBuffer());
    const rest = Promise.withResolvers<void>();
    const body = ReadableStream.from(
      (async function* () {
        yield bytes.subarray(0, 100);
        await rest.promise;
        yield bytes.subarray(100);
      })(),
    );
    const answer = fetch(url, { method: 'POST', headers: slow.headers, body, duplex: 'half' });
    await sleep(300);
    child.kill('SIGTERM');
    await sleep(300);
    rest.resolve();
    expect((await answer).status).toBe(204);
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    expect(code).toBe(0);
    expect(await total()).toBe(1);
  });
});

const started = (at: string): RunningFunction =>
  startNormalizer({ openStore: () => openSqliteStore(at), report: () => undefined });

describe('startNormalizer', () => {
  it('startNormalizer opens its store with the first request and lets it go on close', async () => {
    const running = started(dir);
    const answers = await Promise.all([1, 2, 3].map(() => running.fetch(request('http://normalizer/'))));
    expect(answers.map(({ status: code }) => code)).toEqual([204, 204, 204]);
    await running.close();
    expect(await total()).toBe(1);
  });

  it('startNormalizer answers what is in flight when it is closed', async () => {
    const running = started(dir);
    const answer = running.fetch(request('http://normalizer/'));
    await running.close();
    expect((await answer).status).toBe(204);
  });

  it('startNormalizer answers 503 while its store cannot be opened', async () => {
    const running = started(main);
    expect((await running.fetch(request('http://normalizer/'))).status).toBe(503);
    await running.close();
  });
});
