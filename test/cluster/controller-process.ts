// The controller as a process, as a pod would run it, on files of the test's.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventChanged } from '../../eventing/cloud-events.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import type { Store } from '../../sql/store.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ControllerProcess {
  /** what it printed until now */
  said(): string;
  /** HTTP status; 0 when it died before it answered */
  tick(): Promise<number>;
  /** hears that an event changed */
  tell(event: CrisisEvent): Promise<number>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export async function startController(kubeconfig: string, dataDir: string): Promise<ControllerProcess> {
  const args = ['--import', './knative/compile-cache.mjs', 'functions/controller/main.ts'];
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, KUBECONFIG: kubeconfig, DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1' };
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exit = once(child, 'exit');
  const ended = exit.then(() => {
    throw new Error(`the controller ended before it listened:\n${said}`);
  });
  ended.catch(() => undefined);
  const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
  const post = async (path: string, init: RequestInit = {}): Promise<number> => {
    try {
      return (await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', ...init })).status;
    } catch {
      return 0;
    }
  };
  return {
    said: () => said,
    tick: () => post('/tick'),
    tell(event) {
      const { headers, value } = eventChanged('event-api', event);
      const attributes = Object.entries(headers).map(([name, text]) => [name.replace('ce_', 'ce-'), text]);
      return post('/', { headers: Object.fromEntries(attributes), body: Buffer.from(value!) });
    },
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await exit;
    },
  };
}

export interface Data {
  readonly dir: string;
  readonly store: Store;
  readonly log: Log;
  close(): Promise<void>;
}

/** The store and the log that the controllers of a test share. */
export async function openData(): Promise<Data> {
  const dir = mkdtempSync(join(tmpdir(), 'epicenter-cluster-data-'));
  const store = await openSqliteStore(dir);
  const log = await openEmbeddedLog(dir);
  for (const topic of FIXED_TOPICS) await log.createTopic(topic);
  return {
    dir,
    store,
    log,
    async close() {
      await log.close();
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
}
