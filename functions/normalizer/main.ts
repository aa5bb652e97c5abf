// The normalizer as a function of the functions-framework, and, run directly, as a server that drains before it ends.
import { once } from 'node:events';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { getRequestListener } from '@hono/node-server';
import { config, type Env } from './config.ts';
import { type RunningFunction, startNormalizer } from './start.ts';

export { config } from './config.ts';
export { startNormalizer } from './start.ts';

let running: Promise<RunningFunction> | undefined;

http(
  'normalizer',
  getRequestListener(async (request) => {
    running ??= startNormalizer(process.env);
    return (await running).fetch(request);
  }),
);

// Knative's queue-proxy keeps idle connections for 90 s; the server must not be the one to end them (facts/knative §2.5).
const KEEP_ALIVE_MS = 95_000;
const SWEEP_MS = 50;

/** Serves with the framework's own server until SIGTERM, then answers what is in flight and lets the store go. */
async function serve(env: Env): Promise<void> {
  const { host, port } = config(env);
  const server = getTestServer('normalizer');
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const stop = once(process, 'SIGTERM');
  server.listen(port, host);
  await once(server, 'listening');
  await stop;
  const closed = once(server, 'close');
  server.close();
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  await closed;
  clearInterval(sweep);
  await (await running)?.close();
}

if (import.meta.main) await serve(process.env);
