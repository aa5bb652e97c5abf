// The reading thread as the storing thread sees it: started when first needed, replaced when it died, never waited for at exit.
import { on } from 'node:events';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Reply, Request } from './sqlite-worker.ts';

/** A request under way. */
export interface Call {
  /** The next reply. Rejects when the request failed, the thread died or the store was closed. */
  reply<T>(): Promise<T>;
  /** Asks for one more reply. */
  more(): void;
  /** Ends it; `whenEnded` hears of it, also when it ends by itself. */
  end(): void;
  whenEnded(listener: () => void): void;
}

export interface ReadingThread {
  call(request: Request['request']): Call;
  close(): Promise<void>;
}

const HEAP_MB = 96;

interface Thread {
  readonly worker: Worker;
  /** Why it ended. */
  readonly ended: Promise<Error>;
  /** Those of the calls under way. */
  readonly ports: Set<MessagePort>;
}

export function readingThread(dir: string): ReadingThread {
  let thread: Thread | undefined;
  let closed = false;

  function start(): Thread {
    const worker = new Worker(new URL('sqlite-worker.ts', import.meta.url), {
      workerData: dir,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    worker.unref();
    const { promise: ended, resolve } = Promise.withResolvers<Error>();
    const ports = new Set<MessagePort>();
    let cause: unknown;
    worker.once('error', (error) => (cause = error));
    worker.once('exit', () => {
      thread = undefined;
      for (const port of ports) port.close();
      if (closed) resolve(new Error(`The store in ${dir} was closed while it was read.`));
      else
        resolve(new Error('The thread that reads the store died; another try starts a new one.', { cause }));
    });
    return { worker, ended, ports };
  }

  return {
    call(request) {
      if (closed) throw new Error(`The store in ${dir} is closed.`);
      thread ??= start();
      const { port1, port2 } = new MessageChannel();
      thread.worker.postMessage({ request, port: port2 } satisfies Request, [port2]);
      return callOn(port1, thread);
    },
    async close() {
      closed = true;
      await thread?.worker.terminate();
    },
  };
}

// Only this side closes a port, so one that closes by itself says that the thread is dying.
function callOn(port: MessagePort, { worker, ended, ports }: Thread): Call {
  const replies = on(port, 'message', { close: ['close'] });
  ports.add(port);
  port.once('close', () => ports.delete(port));
  let left = false;
  return {
    async reply<T>() {
      const next = await replies.next();
      if (next.done !== true) return valueOf<T>(next.value[0]);
      if (left) throw new Error('The reading was ended by its reader.');
      worker.ref();
      throw await ended;
    },
    more: () => port.postMessage('more'),
    end() {
      left = true;
      port.close();
    },
    whenEnded: (listener) => port.once('close', listener),
  };
}

function valueOf<T>(reply: Reply<T>): T {
  if ('failed' in reply) throw new Error(`The store could not be read: ${reply.failed}`);
  return reply.value;
}
