import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { serveHealth } from '../../tracker/health.ts';
import { freePort } from '../journey/running.ts';

it('serveHealth answers until it is closed', async () => {
  const port = await freePort();
  const health = await serveHealth(String(port));
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  health.close();
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow('fetch failed');
});

it('serveHealth names the port that somebody else has', async () => {
  const port = await freePort();
  const other = createServer().listen(port);
  await once(other, 'listening');
  await expect(serveHealth(String(port))).rejects.toThrow(`HEALTH_PORT ${port}`);
  other.close();
});
