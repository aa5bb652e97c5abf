// The controller as a process of its own.
import { openLog } from '../../eventing/open-log.ts';
import type { Report } from '../../eventing/report.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import { fixedManifests } from '../../knative/manifests.ts';
import { openStore } from '../../sql/open-store.ts';
import { type Served, serveFunction } from '../serve.ts';
import { type Env, type Settings } from '../settings.ts';
import { controller } from './app.ts';
import { localCluster } from './local-cluster.ts';

async function start(settings: Settings, report: Report): Promise<Served> {
  const warn = (problem: string): void => report('warning', problem);
  const eventApi = eventApiOf(process.env);
  const [log, store] = await Promise.all([openLog(settings, warn), openStore(settings, warn)]);
  const cluster = localCluster({ log, env: process.env, eventApi, controller: () => app, report: warn });
  const app = controller({ store, log, cluster, report: warn });
  await Promise.all(FIXED_TOPICS.map((topic) => log.createTopic(topic)));
  for (const manifest of fixedManifests()) await cluster.apply(manifest);
  // What was asked for while no controller ran. A failure is told, and the next tick tries again.
  await cluster.request('controller', new Request('http://controller/tick', { method: 'POST' }));
  return {
    fetch: (request) => app.fetch(request),
    async close() {
      await cluster.close();
      await Promise.all([log.close(), store.close()]);
    },
  };
}

function eventApiOf(env: Env): string {
  const text = env['EPICENTER_URL'] || 'http://127.0.0.1:8080';
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  throw new Error('EPICENTER_URL must be the http or https address of the event API');
}

await serveFunction({ name: 'controller', start }, import.meta.main);
