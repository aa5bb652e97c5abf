// The product's cluster with the controller's own rights, through a proxy that counts.
import { openAccess } from '../../knative/kubernetes-access.ts';
import type { Manifest } from '../../knative/cluster.ts';
import { KubernetesCluster } from '../../knative/kubernetes.ts';
import { normalizerManifests } from '../../knative/manifests.ts';
import { type ClusterPlace, openSpace, type Space } from './cluster.ts';
import { openProxy, type Proxy } from './counting-proxy.ts';

export interface Over {
  readonly space: Space;
  readonly proxy: Proxy;
  readonly cluster: KubernetesCluster;
  close(): Promise<void>;
}

export async function openOver(place: ClusterPlace): Promise<Over> {
  const space = await openSpace(place);
  const proxy = await openProxy(space);
  const cluster = await clusterAt(space.kubeconfigOf(proxy.url));
  return {
    space,
    proxy,
    cluster,
    async close() {
      await cluster.close();
      await proxy.close();
      await space.close();
    },
  };
}

/** `inAll`: how many ms it tries for. */
export async function clusterAt(kubeconfig: string, inAll = 20_000): Promise<KubernetesCluster> {
  // The client reads the variable itself.
  process.env['KUBECONFIG'] = kubeconfig;
  const access = await openAccess(process.env);
  return new KubernetesCluster({ access, countsPods: false, patience: { inAll, once: 2_000 } });
}

export const { service, source } = normalizerManifests('flood');

export interface Template {
  metadata: { annotations: Record<string, string> };
  spec: Record<string, unknown> & { containers: Record<string, unknown>[] };
}

/** The Service with another template. */
export function withTemplate(change: (template: Template) => void): Manifest {
  const changed = structuredClone(service);
  change(changed.spec['template'] as Template);
  return changed;
}

export async function templateOf(space: Space): Promise<Template> {
  return (await space.get('services', service.metadata.name)).spec!['template'] as Template;
}
