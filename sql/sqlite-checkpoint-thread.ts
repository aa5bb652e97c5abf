// The thread for checkpoints as the storing thread sees it: started when first needed, and again when it died.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fileIn } from './sqlite-schema.ts';

export interface CheckpointThread {
  /** Brings what it can of the log into the file, in the way of nobody. Rejects when the thread died. One at a time. */
  checkpoint(): Promise<void>;
  close(): Promise<void>;
}

export function checkpointThread(dir: string): CheckpointThread {
  let worker: Worker | undefined;

  function start(): Worker {
    const started = new Worker(new URL('sqlite-checkpoint-worker.mjs', import.meta.url), {
      workerData: fileIn(dir),
    });
    started.unref();
    started.once('exit', () => (worker = undefined));
    return started;
  }

  return {
    async checkpoint() {
      worker ??= start();
      worker.postMessage('checkpoint', []);
      const ended = new AbortController();
      await Promise.race([
        once(worker, 'message', { signal: ended.signal }),
        once(worker, 'exit', { signal: ended.signal }).then(() => {
          throw new Error('The thread for checkpoints ended.');
        }),
      ]).finally(() => ended.abort());
    },
    async close() {
      await worker?.terminate();
    },
  };
}
