// Steady load on a service through the ingress, and a look into its pods from this machine.
import { readdirSync, readFileSync } from 'node:fs';
import { type Asked, askService } from './over-ingress.ts';

export interface Load {
  /** how often each status came; `cut` for a connection that broke */
  readonly answers: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** Keeps `many` requests under way, each after the one before. */
export function load(service: string, many: number, next: () => Asked): Load {
  const answers: Record<string, number> = {};
  const stopping = new AbortController();
  const one = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const answer = await askService(service, next()).then(
        ({ status }) => String(status),
        () => 'cut',
      );
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
  };
  const running = Array.from({ length: many }, one);
  return {
    answers,
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** Connections to port 8080 that are open within a pod, by its uid: those between queue-proxy and our process. */
export function connectionsIn(uid: string): number {
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isOurs(name, uid));
  if (pid === undefined) throw new Error(`no process of ours runs in pod ${uid}`);
  // Addresses and ports in hexadecimal; 01 is ESTABLISHED ("proc_pid_net(5)").
  const sockets = ['tcp', 'tcp6'].flatMap((file) =>
    readFileSync(`/proc/${pid}/net/${file}`, 'utf8').split('\n'),
  );
  return sockets.filter((line) => /^\s*\d+: [0-9A-F]+:1F90 [0-9A-F]+:[0-9A-F]{4} 01 /.test(line)).length;
}

function isOurs(pid: string, uid: string): boolean {
  try {
    const inPod = readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`/pod${uid}/`);
    return inPod && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('node\0');
  } catch {
    return false; // it has just gone
  }
}
