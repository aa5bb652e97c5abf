// Once for every run with a *.cluster.test.ts in it: the cluster in KUBECONFIG, or an API server with Knative's webhook that
// ../shared/cluster/up.sh brings up and leaves up. With neither the tests are skipped; with CI=true they fail.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import type { Availability } from '../engines/available.ts';
import type { ClusterPlace } from './cluster.ts';

const UP = fileURLToPath(new URL('../../../shared/cluster/up.sh', import.meta.url));

export async function setup(project: TestProject): Promise<void> {
  project.provide('cluster', await find());
}

async function find(): Promise<Availability<ClusterPlace>> {
  const { KUBECONFIG, CI } = process.env;
  if (KUBECONFIG) return { state: 'there', value: { kubeconfig: KUBECONFIG, up: undefined } };
  const state = CI === 'true' ? 'failed' : 'skipped';
  if (!existsSync(UP)) return { state, reason: 'KUBECONFIG names no cluster, and there is no up.sh for one' };
  try {
    const { stdout } = await promisify(execFile)(UP, ['api']);
    return { state: 'there', value: { kubeconfig: stdout.trim(), up: UP } };
  } catch (error) {
    return { state: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}
