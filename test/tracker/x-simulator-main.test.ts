import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
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

  it.each([
    ['--rate', 'fast'],
    ['--rate', '0'],
    ['--nonsense', '1'],
  ])('ends with 2 for %s %s', async (name, value) => {
    const child = spawn(process.execPath, [main, '--port', '0', name, value]);
    const [said] = await once(child.stderr, 'data');
    expect(String(said)).toContain(name.slice(2));
    expect(await once(child, 'exit')).toEqual([2, null]);
  });
});
