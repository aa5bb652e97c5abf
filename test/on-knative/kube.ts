// The cluster as whoever KUBECONFIG says sees it: Knative's and Kubernetes' objects of Epicenter's namespace.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
} from '@kubernetes/client-node';

export const NAMESPACE = 'epicenter';

const KINDS = {
  services: { group: 'serving.knative.dev', version: 'v1' },
  kafkasources: { group: 'sources.knative.dev', version: 'v1' },
  kafkasinks: { group: 'eventing.knative.dev', version: 'v1alpha1' },
} as const;
type Plural = keyof typeof KINDS;

export interface Seen {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly address?: { readonly url: string };
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export interface Kube {
  /** a tool of the cluster's own: kubectl, kn */
  readonly tool: (name: string, ...args: string[]) => Promise<{ stdout: string; stderr: string }>;
  readonly all: (plural: Plural) => Promise<Seen[]>;
  readonly pods: () => Promise<V1Pod[]>;
  readonly patch: (plural: Plural, name: string, change: object) => Promise<void>;
  readonly patchStatus: (plural: Plural, name: string, status: object) => Promise<void>;
  readonly killPod: (name: string) => Promise<void>;
}

const at = (plural: Plural) => ({ ...KINDS[plural], namespace: NAMESPACE, plural });

export function openKube(kubeconfig: string): Kube {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const custom = config.makeApiClient(CustomObjectsApi);
  const core = config.makeApiClient(CoreV1Api);
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  // up.sh leaves the kubeconfig in <cluster>/state/full, and the tools in <cluster>/bin.
  const bin = join(dirname(kubeconfig), '../../bin');
  const env = { ...process.env, KUBECONFIG: kubeconfig, PATH: `${bin}:${process.env.PATH}` };
  return {
    tool: (name, ...args) => promisify(execFile)(join(bin, name), args, { env, maxBuffer: 2 ** 26 }),
    all: async (plural) => (await custom.listNamespacedCustomObject(at(plural))).items,
    pods: async () => (await core.listNamespacedPod({ namespace: NAMESPACE })).items,
    async patch(plural, name, body) {
      await custom.patchNamespacedCustomObject({ ...at(plural), name, body }, merge);
    },
    async patchStatus(plural, name, status) {
      await custom.patchNamespacedCustomObjectStatus({ ...at(plural), name, body: { status } }, merge);
    },
    async killPod(name) {
      await core.deleteNamespacedPod({ name, namespace: NAMESPACE, gracePeriodSeconds: 0 });
    },
  };
}
