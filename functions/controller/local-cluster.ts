// Where a controller without Kubernetes lets things run: beside itself. Normalizers are processes that it starts and delivers to;
// the event API is wherever it already runs.
import type { Hono } from 'hono';
import type { Log } from '../../eventing/log.ts';
import { LocalCluster } from '../../knative/local.ts';
import type { Instance } from '../../knative/local-instance.ts';
import { processOf } from '../../knative/local-process.ts';

export interface Beside {
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
  /** where the event API answers, without a slash at its end */
  readonly eventApi: string;
  /** itself, which its own KafkaSource and PingSource call */
  readonly controller: () => Hono;
  readonly report: (problem: string) => void;
}

export function localCluster({ log, env, eventApi, controller, report }: Beside): LocalCluster {
  return new LocalCluster({
    log,
    report,
    functions: {
      'functions/event-api/main.ts': async () => standing((request) => passOn(request, eventApi)),
      'functions/controller/main.ts': async () => standing(async (request) => controller().fetch(request)),
      'functions/normalizer/main.ts': processOf('functions/normalizer/main.ts', env),
    },
  });
}

/** An instance that is there anyway. */
function standing(fetch: Instance['fetch']): Instance {
  return { fetch, close: async () => undefined };
}

async function passOn(request: Request, url: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { method, headers, signal } = request;
  return fetch(`${url}${pathname}${search}`, { method, headers, signal, body: await request.arrayBuffer() });
}
