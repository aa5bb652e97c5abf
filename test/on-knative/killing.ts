// Ends one pod of the installation, chosen by chance: its process by SIGKILL, as when memory runs out, or the whole pod at once.
import { readdirSync, readFileSync } from 'node:fs';
import { vi } from 'vitest';
import type { V1Pod } from '@kubernetes/client-node';
import type { Random } from '../bench/random.ts';
import type { Outage } from '../fire/checking.ts';
import type { Installation } from './place.ts';
import { isReady, serviceOf } from './pods.ts';

const AGAIN = { timeout: 120_000, interval: 100 };

export interface Killed {
  readonly what: string;
  /** in which nobody listened to the stream, where the tracker was hit */
  readonly outage: Outage | undefined;
}

export async function killOne({ kube, x }: Installation, chance: Random): Promise<Killed> {
  const ready = await vi.waitFor(async () => {
    const [first, ...rest] = (await kube.pods()).filter(isReady);
    if (first === undefined) throw new Error('no pod is ready');
    return [first, ...rest] as const;
  }, AGAIN);
  const pod = chance.pick([...ready]);
  const service = serviceOf(pod);
  const from = Date.now();
  const before = await connections(x);
  const how = chance.int(2) === 0 ? 'SIGKILL' : 'deleted';
  if (how === 'SIGKILL') killProcesses(pod);
  else await kube.killPod(pod.metadata!.name!);
  if (service !== 'tracker') return { what: `${service} ${how}`, outage: undefined };
  await vi.waitFor(async () => {
    if ((await connections(x)) === before) throw new Error('the tracker is not back');
  }, AGAIN);
  return { what: `${service} ${how}`, outage: { from, to: Date.now() } };
}

async function connections(x: Installation['x']): Promise<number> {
  return ((await x('GET', '/simulator')) as { connections: number }).connections;
}

/** Those of our image; queue-proxy stays. */
function killProcesses({ metadata }: V1Pod): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!read(`/proc/${pid}/cgroup`).includes(`/pod${metadata!.uid}/`)) continue;
    if (read(`/proc/${pid}/cmdline`).split('\0')[0] === 'node') process.kill(Number(pid), 'SIGKILL');
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
