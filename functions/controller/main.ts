// The controller as a process of its own: on Kubernetes in a pod or with a KUBECONFIG, else with a local cluster beside itself.
import type { Report } from '../../eventing/report.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import type { Cluster } from '../../knative/cluster.ts';
import { KubernetesCluster } from '../../knative/kubernetes.ts';
import { type Access, isOnKubernetes, openAccess } from '../../knative/kubernetes-access.ts';
import { LocalCluster } from '../../knative/local.ts';
import { fixedManifests, type Installed } from '../../knative/manifests.ts';
import { openEngines } from '../engines.ts';
import { opening, type Service } from '../opening.ts';
import { serveFunction } from '../serve.ts';
import { type Env, type Settings } from '../settings.ts';
import { controller } from './app.ts';
import { type Beside, localCluster } from './local-cluster.ts';

async function start(settings: Settings, report: Report): Promise<Service> {
  const eventApi = eventApiOf(process.env);
  const access = isOnKubernetes(process.env) ? await openAccess(process.env) : undefined;
  const installed = access && installedAs(process.env, settings);
  return opening(() => open(settings, { eventApi, access, installed }, report), report);
}

interface Place {
  readonly eventApi: string;
  /** undefined: the local cluster */
  readonly access: Access | undefined;
  readonly installed: Installed | undefined;
}

async function open(settings: Settings, place: Place, report: Report): Promise<Service> {
  const warn = (problem: string): void => report('warning', problem);
  const engines = await openEngines(settings, warn);
  const { log, store } = engines;
  const cluster = clusterAt(place, { log, controller: () => app, report: warn });
  const app = controller({ ...engines, cluster, installed: place.installed, report: warn });
  const close = async (): Promise<void> => {
    await cluster.close();
    await Promise.all([log.close(), store.close()]);
  };
  try {
    await Promise.all(FIXED_TOPICS.map((topic) => log.createTopic(topic)));
    // On Kubernetes they come with the installation, and Knative's own sources call this process.
    if (cluster instanceof LocalCluster) await begin(cluster);
  } catch (error) {
    await close();
    throw error;
  }
  return { fetch: (request) => app.fetch(request), close };
}

function clusterAt(
  { access, eventApi }: Place,
  around: Pick<Beside, 'log' | 'controller' | 'report'>,
): Cluster {
  if (access !== undefined) return new KubernetesCluster({ access, countsPods: false });
  return localCluster({ ...around, env: process.env, eventApi });
}

async function begin(cluster: LocalCluster): Promise<void> {
  for (const manifest of fixedManifests()) await cluster.apply(manifest);
  // What was asked for while no controller ran. A failure is told, and the next tick tries again.
  void cluster.request('controller', new Request('http://controller/tick', { method: 'POST' }));
}

function installedAs({ IMAGE: image, KAFKA_BROKERS: brokers }: Env, { kafka }: Settings): Installed {
  return {
    image: image || undefined,
    brokers: brokers || undefined,
    kafka: {
      sasl: kafka?.sasl !== undefined,
      tls: kafka?.ssl === true,
      ownCa: kafka?.caFile !== undefined,
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
