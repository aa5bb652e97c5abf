// A function in a process of its own: registered with the functions-framework, and, run directly, served by the framework's server
// until SIGTERM, after which every accepted request is still answered.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { getRequestListener } from '@hono/node-server';
import { reporter, type Report } from '../eventing/report.ts';
import type { Service } from './opening.ts';
import { type Settings, settingsOf } from './settings.ts';

/** `close` is called when nothing is in flight any more. */
export interface FunctionOf {
  /** what Knative and `--target` call it */
  readonly name: string;
  readonly start: (settings: Settings, report: Report) => Service | Promise<Service>;
}

// Knative's queue-proxy keeps idle connections for 90 s; the server must not be the one to end them (facts/knative §2.5).
const KEEP_ALIVE_MS = 95_000;
const SWEEP_MS = 50;

/** Registers the function, which starts with its first request, and serves it where `main` says that this is the program. */
export async function serveFunction({ name, start }: FunctionOf, main: boolean): Promise<void> {
  let started: Promise<Service> | undefined;
  const begin = async (): Promise<Service> => {
    const settings = settingsOf(process.env);
    return start(settings, reporter(name, settings.logLevel));
  };
  const running = (): Promise<Service> => {
    started ??= begin().catch((error: unknown) => {
      started = undefined;
      throw error;
    });
    return started;
  };
  http(
    name,
    getRequestListener(async (request) => (await running()).fetch(request)),
  );
  if (!main) return;
  try {
    const service = await running();
    try {
      await serve(name, settingsOf(process.env));
    } finally {
      await service.close();
    }
    // The channel alone would keep the process up.
    if (process.connected) process.disconnect();
  } catch (error) {
    reporter(name, 'error')('error', `The ${name} cannot run`, error);
    process.exitCode = 1;
  }
}

async function serve(name: string, { host, port, logLevel }: Settings): Promise<void> {
  const server = getTestServer(name);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const stop = stopped();
  server.listen(port, host);
  await once(server, 'listening');
  const taken = portOf(server);
  reporter(name, logLevel)('info', `The ${name} listens at ${host}, port ${taken}`);
  // Whoever started us with a channel waits for our port.
  process.send?.({ port: taken });
  await stop;
  const closed = once(server, 'close');
  server.close();
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  await closed;
  clearInterval(sweep);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

/** A signal, or the end of whoever started us with a channel. A second signal ends the process at once. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    if (process.connected) process.once('disconnect', () => resolve());
  });
}
