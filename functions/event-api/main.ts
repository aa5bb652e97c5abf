// The event API as a process of its own: `node functions/event-api/main.ts` serves Hono directly, with a drain at SIGTERM;
// `functions-framework --target=event-api` works, too.
import { http } from '@google-cloud/functions-framework';
import { getRequestListener } from '@hono/node-server';
import { reporter } from '../../eventing/report.ts';
import type { Report } from '../../eventing/report.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import type { Cluster } from '../../knative/cluster.ts';
import { KubernetesCluster } from '../../knative/kubernetes.ts';
import { isOnKubernetes, openAccess } from '../../knative/kubernetes-access.ts';
import { openEngines } from '../engines.ts';
import { opening, type Service } from '../opening.ts';
import { eventApi } from './app.ts';
import { configOf } from './config.ts';
import type { Config } from './config.ts';
import { serveEventApi } from './serve.ts';

type Env = Readonly<Record<string, string | undefined>>;

const now = (): Date => new Date();

async function open(config: Config, report: Report): Promise<Service> {
  const { access } = config;
  const warn = (problem: string): void => report('warning', problem);
  const { log, store } = await openEngines(config, warn);
  const stopping = new AbortController();
  // Events can be read and saved while the log is away; what it lacks is made by whoever needs it first.
  void Promise.all(FIXED_TOPICS.map((topic) => log.createTopic(topic))).catch((error: unknown) => {
    if (!stopping.signal.aborted) warn(`The topics cannot be made yet: ${String(error)}`);
  });
  const cluster = await clusterOf(process.env);
  const app = eventApi({ store, log, cluster, access, now, report, signal: stopping.signal });
  return {
    fetch: (request, env) => app.fetch(request, env),
    close: async () => {
      stopping.abort();
      await cluster.close();
      await log.close();
      await store.close();
    },
  };
}

/** What runs on this machine is known to the process that runs it, not to us. */
async function clusterOf(env: Env): Promise<Pick<Cluster, 'list' | 'close'>> {
  if (!isOnKubernetes(env)) return { list: async () => [], close: async () => undefined };
  return new KubernetesCluster({ access: await openAccess(env), countsPods: true });
}

/** Serves until SIGTERM or SIGINT; a second one stops at once. Rejects when a setting or the port is not to be had. */
export async function startEventApi(env: Env): Promise<void> {
  const config = configOf(env);
  const report = reporter('event-api', config.logLevel);
  const app = opening(() => open(config, report), report);
  try {
    const serving = await serveEventApi({ app, host: config.host, port: config.port });
    report('info', `The event API is at ${serving.url}`);
    await stopSignal();
    await serving.close();
  } finally {
    await app.close();
  }
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

let framed: Service | undefined;

/** The framework listens on every address, whatever HOST says: a token is needed there. */
function openFramed(): Service {
  try {
    const config = configOf({ ...process.env, HOST: '0.0.0.0' });
    const report = reporter('event-api', config.logLevel);
    return opening(() => open(config, report), report);
  } catch (error) {
    cannotRun(error);
    throw error;
  }
}

const listener = getRequestListener(async (request, bindings) => {
  framed ??= openFramed();
  return framed.fetch(request, bindings);
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
