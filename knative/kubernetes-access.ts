// How to reach a Kubernetes API server: from within a pod by its service account, else by a kubeconfig.
import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions } from 'node:https';
import { join } from 'node:path';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
// The API server may be asked this much at once; more would only wait there.
const SOCKETS = 8;

export interface Access {
  /** without a slash at its end */
  readonly server: string;
  readonly namespace: string;
  /** what a request needs to be let in; asked for each, because tokens change under a running process */
  credentials(): Promise<RequestOptions>;
  close(): void;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Whether this process is told of a Kubernetes that it belongs to. */
export function isOnKubernetes(env: Env): boolean {
  return Boolean(env['KUBECONFIG']) || Boolean(env['KUBERNETES_SERVICE_HOST']);
}

/** A kubeconfig, where one is named, comes first: somebody has said so. Throws an Error naming what cannot be read. */
export async function openAccess(env: Env): Promise<Access> {
  const { KUBECONFIG: file } = env;
  return file ? kubeconfigAccess(file) : podAccess(env, SERVICE_ACCOUNT);
}

/**
 * By the files that Kubernetes puts into every pod ("Accessing the Kubernetes API from a Pod"). Read without the Kubernetes
 * client, whose generated models alone would double a controller's memory and its start.
 */
export function podAccess(env: Env, folder: string): Access {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS, ca: readFileSync(join(folder, 'ca.crt')) });
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: readFileSync(join(folder, 'namespace'), 'utf8').trim(),
    async credentials() {
      const token = readFileSync(join(folder, 'token'), 'utf8').trim();
      return { agent, headers: { authorization: `Bearer ${token}` } };
    },
    close: () => agent.destroy(),
  };
}

/** With whatever login a kubeconfig may ask for; that is worth the client's weight where a person sits. */
async function kubeconfigAccess(files: string): Promise<Access> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromDefault();
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`KUBECONFIG: ${files} has no current context with a cluster`);
  return {
    server: cluster.server.replace(/\/$/, ''),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    async credentials() {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      return options;
    },
    // Its agent keeps no connection open that nobody uses.
    close: () => undefined,
  };
}
