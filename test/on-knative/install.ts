// Installs Epicenter on the cluster as README says, from a copy of the manifests in which the addresses and the image are set.
import { cp, mkdir, readFile, writeFile, chown } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kube } from './kube.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MANIFESTS = ['kustomization.yaml', 'eventing', 'knative'];
const USER = 65_532;

export interface Wanted {
  /** for the manifests and the tracker's disk */
  readonly dir: string;
  /** what takes the place of knative/base/settings.env */
  readonly settings: Readonly<Record<string, string>>;
  /** of the image that the cluster has */
  readonly tag: string;
  readonly apiToken: string;
}

/** Resolves when everything is applied. Rejects when kubectl says anything but what it did. */
export async function install({ tool }: Kube, { dir, settings, tag, apiToken }: Wanted): Promise<void> {
  const copy = join(dir, 'manifests');
  for (const name of MANIFESTS) await cp(join(ROOT, name), join(copy, name), { recursive: true });
  const file = join(copy, 'knative/base/settings.env');
  await writeFile(file, withValues(await readFile(file, 'utf8'), settings));
  const base = join(copy, 'knative/base/kustomization.yaml');
  await writeFile(base, (await readFile(base, 'utf8')).replace(/newTag: .*/, `newTag: ${tag}`));
  await tool('kubectl', 'apply', '-f', await disk(dir));
  await allowZeroStart(tool, 'true');
  const kubectl = async (...args: string[]): Promise<void> => {
    const { stderr } = await tool('kubectl', ...args);
    if (stderr !== '') throw new Error(`kubectl ${args.join(' ')} said: ${stderr}`);
  };
  await kubectl('apply', '-f', join(copy, 'knative/base/namespace.yaml'));
  const secret = (name: string, value: string): Promise<void> =>
    kubectl('-n', 'epicenter', 'create', 'secret', 'generic', name, `--from-literal=${value}`);
  await secret('epicenter-x', 'X_BEARER_TOKEN=token');
  await secret('epicenter-api', `API_TOKEN=${apiToken}`);
  await kubectl('apply', '-k', copy);
}

/** What README calls worth setting; null takes it back. */
export async function allowZeroStart(tool: Kube['tool'], allowed: 'true' | null): Promise<void> {
  const data = JSON.stringify({ data: { 'allow-zero-initial-scale': allowed } });
  const patch = ['patch', 'configmap', 'config-autoscaler', '--type', 'merge', '-p', data];
  await tool('kubectl', '-n', 'knative-serving', ...patch);
}

function withValues(lines: string, settings: Wanted['settings']): string {
  const kept = lines.split('\n').filter((line) => settings[line.split('=')[0]!] === undefined);
  return [...Object.entries(settings).map(([name, value]) => `${name}=${value}`), ...kept].join('\n');
}

/** A cluster has disks to hand out; this one has none of its own. */
async function disk(dir: string): Promise<string> {
  const path = join(dir, 'tracker-disk');
  await mkdir(path);
  await chown(path, USER, USER);
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'epicenter-tracker' },
    spec: {
      capacity: { storage: '2Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path },
      claimRef: { namespace: 'epicenter', name: 'tracker-spool' },
    },
  };
  const file = join(dir, 'volume.json');
  await writeFile(file, JSON.stringify(volume));
  return file;
}
