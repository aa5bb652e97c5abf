import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { call } from './x-simulator-calls.ts';

describe('the simulator alone', () => {
  const main = fileURLToPath(new URL('../../tracker/x-simulator/main.ts', import.meta.url));

  it('runs until SIGTERM and says where', async () => {
    const child = spawn(process.execPath, [main, '--port', '0', '--seed', '3', '--rate', '50']);
    const [said] = await once(child.stdout, 'data');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(said))![0];
    expect((await call(url, 'GET', '/simulator')).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('plays posts and faults from files, with its clock set back', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'x-simulator-'));
    const [posts, faults] = [path.join(dir, 'posts.jsonl'), path.join(dir, 'faults.jsonl')];
    writeFileSync(posts, '{"data":{"id":"1","text":"a flood"}}\r\n\n{"data":{"id":"2","text":"a dam"}}\n');
    writeFileSync(faults, '[{"do":"answer","status":503,"call":"GET /2/usage/tweets"}]');
    const files = ['--posts', posts, '--restamp', '--faults', faults, '--rate', '50'];
    const child = spawn(process.execPath, [main, '--port', '0', ...files, '--clock-offset=-3600000']);
    const [said] = await once(child.stdout, 'data');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(said))![0];
    expect((await call(url, 'GET', '/2/usage/tweets')).status).toBe(503);
    await vi.waitFor(async () =>
      expect((await call(url, 'GET', '/simulator')).body).toMatchObject({ generated: 2 }),
    );
    // younger than 30 s
    const { body, headers } = await call(url, 'GET', '/2/tweets/search/recent?query=flood');
    expect(body).toMatchObject({ meta: { result_count: 0 } });
    expect(Math.abs(Date.parse(headers.get('date')!) + 3_600_000 - Date.now())).toBeLessThan(5_000);
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it.each([
    ['--rate', 'fast'],
    ['--rate', '0'],
    ['--nonsense', '1'],
    ['--second-connect', 'both'],
    ['--dialect', 'latin'],
    ['--linger', '-1'],
    ['--faults', '/nowhere/faults.jsonl'],
  ])('ends with 2 for %s %s', async (name, value) => {
    const child = spawn(process.execPath, [main, '--port', '0', name, value]);
    const [said] = await once(child.stderr, 'data');
    expect(String(said)).toContain(value.startsWith('/') ? value : name.slice(2));
    expect(await once(child, 'exit')).toEqual([2, null]);
  });
});
