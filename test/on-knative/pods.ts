// Watches the pods of the installation: how many there are of each service and, from /proc of this machine, what their processes
// take. Pods that are ending count: they are still there.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { Kube } from './kube.ts';

const LOOK_MS = 500;
const TICK_MS = 10;

export interface Look {
  /** ms since 1970 */
  readonly at: number;
  /** ready pods by service */
  readonly ready: Readonly<Record<string, number>>;
  /** all pods by service: starting, ready, ending */
  readonly there: Readonly<Record<string, number>>;
}

/** Of one container's processes, all of them together. */
export interface Usage {
  readonly pod: string;
  readonly service: string;
  readonly container: string;
  /** bytes */
  rss: number;
  /** that no other process shares, bytes */
  anonymous: number;
  /** ms of a processor since it began */
  cpuMs: number;
  /** the most in one second, in processors */
  mostCpu: number;
}

export interface Watch {
  readonly looks: readonly Look[];
  readonly usage: () => Usage[];
  stop(): Promise<void>;
}

export function serviceOf({ metadata }: V1Pod): string {
  const { labels = {} } = metadata!;
  return labels['serving.knative.dev/service'] ?? labels['app.kubernetes.io/name'] ?? '';
}

export function isReady({ status, metadata }: V1Pod): boolean {
  if (metadata?.deletionTimestamp !== undefined) return false;
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

export function watchPods(kube: Kube): Watch {
  const stopping = new AbortController();
  const looks: Look[] = [];
  const usage = new Map<string, Usage>();
  const last = new Map<string, { cpuMs: number; at: number }>();
  const look = async (): Promise<void> => {
    const all = await kube.pods();
    const pods = all.filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
    looks.push({
      at: Date.now(),
      ready: countBy(pods.filter(isReady), serviceOf),
      there: countBy(pods, serviceOf),
    });
    for (const found of processesOf(pods)) {
      const key = `${found.pod}/${found.container}`;
      const known = usage.get(key);
      const before = last.get(key);
      const now = Date.now();
      let mostCpu = known?.mostCpu ?? 0;
      if (before === undefined || now - before.at >= 1_000) {
        if (before !== undefined)
          mostCpu = Math.max(mostCpu, (found.cpuMs - before.cpuMs) / (now - before.at));
        last.set(key, { cpuMs: found.cpuMs, at: now });
      }
      const rss = Math.max(found.rss, known?.rss ?? 0);
      const anonymous = Math.max(found.anonymous, known?.anonymous ?? 0);
      usage.set(key, { ...found, rss, anonymous, mostCpu });
    }
  };
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch(() => undefined);
      await sleep(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    looks,
    usage: () => [...usage.values()],
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}

function countBy<T>(all: readonly T[], nameOf: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of all) counts[nameOf(one)] = (counts[nameOf(one)] ?? 0) + 1;
  return counts;
}

function processesOf(pods: readonly V1Pod[]): Usage[] {
  const byContainer = new Map<string, Omit<Usage, 'rss' | 'anonymous' | 'cpuMs' | 'mostCpu'>>();
  for (const pod of pods)
    for (const { name, containerID } of pod.status?.containerStatuses ?? [])
      if (containerID !== undefined) {
        const id = containerID.replace(/^.*\//, '');
        byContainer.set(id, { pod: pod.metadata!.name!, service: serviceOf(pod), container: name });
      }
  const found = new Map<string, Usage>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const id = /kubepods\S*\/([0-9a-f]{64})/.exec(read(`/proc/${pid}/cgroup`))?.[1];
    const of = id === undefined ? undefined : byContainer.get(id);
    if (id === undefined || of === undefined) continue;
    const before = found.get(id) ?? { ...of, rss: 0, anonymous: 0, cpuMs: 0, mostCpu: 0 };
    const status = read(`/proc/${pid}/status`);
    const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
    before.rss += kilobytes(status, 'VmRSS') * 1024;
    before.anonymous += kilobytes(status, 'RssAnon') * 1024;
    before.cpuMs += (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
    found.set(id, before);
  }
  return [...found.values()];
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}

/** Nothing where the process has just gone. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
