// Once for `npm run test:knative`: a real Knative, which ../shared/cluster/up.sh brings up and leaves up, with our image on it.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import type { Availability } from '../engines/available.ts';
import { imageTag, loadImage } from './image.ts';

const UP = fileURLToPath(new URL('../../../shared/cluster/up.sh', import.meta.url));

export interface KnativePlace {
  readonly kubeconfig: string;
  /** of the image dev.local/epicenter */
  readonly tag: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    knative: Availability<KnativePlace>;
  }
}

export async function setup(project: TestProject): Promise<void> {
  project.provide('knative', await find());
}

async function find(): Promise<Availability<KnativePlace>> {
  if (!existsSync(UP)) return { state: 'skipped', reason: 'there is no up.sh for a cluster' };
  if (process.getuid?.() !== 0) return { state: 'skipped', reason: 'a node of one’s own needs root' };
  try {
    const { stdout } = await promisify(execFile)(UP, ['full']);
    const kubeconfig = stdout.trim();
    const tag = await imageTag();
    const bin = join(dirname(kubeconfig), '../../bin');
    const asked = ['get', 'nodes', '-o', 'jsonpath={.items[*].status.images[*].names}'];
    const kubectl = join(bin, 'kubectl');
    const images = await promisify(execFile)(kubectl, ['--kubeconfig', kubeconfig, ...asked]);
    const name = `dev.local/epicenter:${tag}`;
    if (!images.stdout.includes(name)) await loadImage(name, join(bin, 'node'));
    return { state: 'there', value: { kubeconfig, tag } };
  } catch (error) {
    return { state: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}
