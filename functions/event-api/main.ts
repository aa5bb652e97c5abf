// The event API as a process of its own: `node functions/event-api/main.ts` serves Hono directly, with a drain at SIGTERM;
// `functions-framework --target=event-api` works, too.
import { http } from '@google-cloud/functions-framework';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { openLog } from '../../eventing/open-log.ts';
import { reporter } from '../../eventing/report.ts';
import type { Report } from '../../eventing/report.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import { openStore } from '../../sql/open-store.ts';
import { eventApi } from './app.ts';
import { configOf } from './config.ts';
import type { Config } from './config.ts';
import { serveEventApi } from './serve.ts';

type Env = Readonly<Record<string, string | undefined>>;

interface Opened {
  readonly app: Hono;
  close(): Promise<void>;
}

const now = (): Date => new Date();

async function open(config: Config, report: Report): Promise<Opened> {
  const { access } = config;
  const warn = (problem: string): void => report('warning', problem);
  const [store, log] = await Promise.all([openStore(config, warn), openLog(config, warn)]);
  // Events can be read and saved while the log is away; what it lacks is made by whoever needs it first.
  void Promise.all(FIXED_TOPICS.map((topic) => log.createTopic(topic))).catch((error: unknown) => {
    warn(`The topics cannot be made yet: ${String(error)}`);
  });
  const stopping = new AbortController();
  // What runs on this machine is known to the process that runs it, not to us.
  const cluster = { list: async () => [] };
  const app = eventApi({ store, log, cluster, access, now, report, signal: stopping.signal });
  return {
    app,
    close: async () => {
      stopping.abort();
      await log.close();
      await store.close();
    },
  };
}

/** Serves until SIGTERM or SIGINT; a second one stops at once. Rejects when a setting, the data or the port is not to be had. */
export async function startEventApi(env: Env): Promise<void> {
  const config = configOf(env);
  const report = reporter('event-api', config.logLevel);
  const opened = await open(config, report);
  const serving = await serveEventApi({ app: opened.app, host: config.host, port: config.port });
  report('info', `The event API is at ${serving.url}`);
  await stopSignal();
  await serving.close();
  await opened.close();
}

// Before there is a setting to go by.
function cannotRun(error: unknown): void {
  reporter('event-api', 'error')('error', 'The event API cannot run', error);
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

let framed: Promise<Opened> | undefined;

/** The framework listens on every address, whatever HOST says: a token is needed there. */
async function openFramed(): Promise<Opened> {
  try {
    const config = configOf({ ...process.env, HOST: '0.0.0.0' });
    return await open(config, reporter('event-api', config.logLevel));
  } catch (error) {
    framed = undefined;
    cannotRun(error);
    throw error;
  }
}

const listener = getRequestListener(async (request, bindings) => {
  framed ??= openFramed();
  return (await framed).app.fetch(request, bindings);
});
http('event-api', (request, response) => void listener(request, response));

if (import.meta.main) {
  try {
    await startEventApi(process.env);
  } catch (error) {
    cannotRun(error);
    process.exitCode = 1;
  }
}
