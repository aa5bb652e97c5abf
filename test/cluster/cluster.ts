// What a test file that needs a Kubernetes API server imports (its name ends in .cluster.test.ts). Each works in a namespace of
// its own, as the controller's own service account; what a person does, the official client does as whoever KUBECONFIG says.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  type KubernetesObject,
  PatchStrategy,
} from '@kubernetes/client-node';
import { inject } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Availability, describeWhere } from '../engines/available.ts';

export interface ClusterPlace {
  readonly kubeconfig: string;
  /** the script that brought it up, which brings its API server up again; undefined for a cluster of somebody else's */
  readonly up: string | undefined;
}

declare module 'vitest' {
  interface ProvidedContext {
    cluster: Availability<ClusterPlace>;
  }
}

/** Like `describe`; skipped or failed with the reason where there is no cluster. */
export function describeWithCluster(name: string, body: (place: ClusterPlace) => void): void {
  describeWhere(inject('cluster'), { name, nowhere: { kubeconfig: '', up: undefined } }, body);
}

/** An object as a person sees it. */
export interface Seen extends KubernetesObject {
  spec?: Record<string, unknown>;
  metadata: NonNullable<KubernetesObject['metadata']> & { name: string };
}

export interface Space {
  readonly namespace: string;
  /** of the API server */
  readonly server: string;
  readonly ca: string;
  /** of the controller's service account */
  readonly token: string;
  /** a kubeconfig with the controller's own service account; `server` is another address for the API server */
  kubeconfigOf(server?: string): string;
  /** as somebody else: server-side apply of objects of any kind, as `kubectl apply --server-side --force-conflicts` does it */
  apply(object: object): Promise<void>;
  remove(object: object): Promise<void>;
  get(plural: keyof typeof GROUPS, name: string): Promise<Seen>;
  all(plural: keyof typeof GROUPS): Promise<Seen[]>;
  /** what `kn service update` and `kubectl edit` do: the whole object, changed, is put back */
  put(plural: keyof typeof GROUPS, name: string, change: (object: Seen) => void): Promise<void>;
  close(): Promise<void>;
}

const GROUPS = {
  services: { group: 'serving.knative.dev', version: 'v1' },
  kafkasources: { group: 'sources.knative.dev', version: 'v1' },
} as const;

const RIGHTS = readFileSync(new URL('../../knative/base/controller-rights.yaml', import.meta.url), 'utf8');

/** The objects that give the controller its rights, as an installation has them. */
export function rights(namespace: string): { kind: string; rules?: unknown[] }[] {
  return parseAllDocuments(RIGHTS).map((document) => {
    const object = document.toJS();
    object.metadata.namespace = namespace;
    for (const subject of object.subjects ?? []) subject.namespace = namespace;
    return object;
  });
}

export async function openSpace({ kubeconfig }: ClusterPlace): Promise<Space> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const objects = KubernetesObjectApi.makeApiClient(config);
  const custom = config.makeApiClient(CustomObjectsApi);
  const namespace = `epicenter-${randomUUID().slice(0, 8)}`;
  const dir = mkdtempSync(join(tmpdir(), 'epicenter-cluster-'));
  const apply = async (object: object): Promise<void> => {
    await objects.patch(object, undefined, undefined, 'somebody', true, PatchStrategy.ServerSideApply);
  };
  const self = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await apply(self);
  for (const object of rights(namespace)) await apply(object);
  const { status } = await config.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    name: 'controller',
    namespace,
    body: { spec: { audiences: [], expirationSeconds: 3600 } },
  });
  const { server, ca } = serverOf(config);
  const at = (plural: keyof typeof GROUPS) => ({ ...GROUPS[plural], namespace, plural });
  const token = status!.token!;
  let files = 0;
  return {
    namespace,
    server,
    ca,
    token,
    kubeconfigOf(address = server) {
      const cluster = address.startsWith('http:')
        ? { name: 'test', server: address, skipTLSVerify: true }
        : { name: 'test', server: address, skipTLSVerify: false, caData: Buffer.from(ca).toString('base64') };
      const own = new KubeConfig();
      own.loadFromOptions({
        clusters: [cluster],
        users: [{ name: 'controller', token }],
        contexts: [{ name: 'test', cluster: 'test', user: 'controller', namespace }],
        currentContext: 'test',
      });
      const file = join(dir, `kubeconfig-${(files += 1)}`);
      writeFileSync(file, own.exportConfig());
      return file;
    },
    apply,
    remove: async (object) => void (await objects.delete(object)),
    get: async (plural, name) => custom.getNamespacedCustomObject({ ...at(plural), name }),
    all: async (plural) => (await custom.listNamespacedCustomObject(at(plural))).items,
    async put(plural, name, change) {
      const object = await custom.getNamespacedCustomObject({ ...at(plural), name });
      change(object);
      await custom.replaceNamespacedCustomObject({ ...at(plural), name, body: object, fieldManager: 'kn' });
    },
    async close() {
      await objects.delete(self);
      for (const plural of ['services', 'kafkasources'] as const) {
        await custom.deleteCollectionNamespacedCustomObject(at(plural));
      }
      rmSync(dir, { recursive: true });
    },
  };
}

function serverOf(config: KubeConfig): { server: string; ca: string } {
  const cluster = config.getCurrentCluster()!;
  const ca = cluster.caFile ? readFileSync(cluster.caFile) : Buffer.from(cluster.caData ?? '', 'base64');
  return { server: cluster.server, ca: ca.toString() };
}
