// Long reads, answered by the reading thread.
import { type Call, readingThread } from './sqlite-thread.ts';
import type { ExportRequest, Packed, Question } from './sqlite-worker.ts';
import type { Count, Messages, TweetPage } from './store.ts';

interface Answers {
  readonly page: TweetPage;
  readonly counts: Count[];
  readonly total: number;
}

export interface Reader {
  ask<K extends Question['kind']>(question: Question & { readonly kind: K }): Promise<Answers[K]>;
  /** The snapshot is taken before this resolves. Four exports run at once; a further one begins when one has ended. */
  messages(request: ExportRequest): Promise<Messages>;
  close(): Promise<void>;
}

const EXPORTS_AT_ONCE = 4;
// A snapshot keeps the log of writes from being emptied, so it is not held for a reader who went away without a word.
const PATIENCE_MS = 300_000;

export function reader(dir: string): Reader {
  const thread = readingThread(dir);
  const slots = semaphore(EXPORTS_AT_ONCE);

  async function begin(request: ExportRequest): Promise<Call> {
    await slots.take();
    try {
      const call = thread.call(request);
      call.whenEnded(() => slots.give());
      return call;
    } catch (error) {
      slots.give();
      throw error;
    }
  }

  return {
    async ask(question) {
      const call = thread.call(question);
      try {
        return await call.reply();
      } finally {
        call.end();
      }
    },
    async messages(request) {
      const call = await begin(request);
      try {
        return { rest: await call.reply(), chunks: chunksOf(call) };
      } catch (error) {
        call.end();
        throw error;
      }
    },
    close: () => thread.close(),
  };
}

// Not a generator: one that was never begun would not free the snapshot when its reader returns early.
function chunksOf(call: Call): AsyncIterable<Uint8Array[]> {
  let ended: 'not yet' | 'by its reader' | 'by waiting' = 'not yet';
  const patience = setTimeout(() => {
    ended = 'by waiting';
    call.end();
  }, PATIENCE_MS).unref();

  function end(): IteratorReturnResult<undefined> {
    ended = 'by its reader';
    clearTimeout(patience);
    call.end();
    return { done: true, value: undefined };
  }
  async function next(): Promise<IteratorResult<Uint8Array[], undefined>> {
    if (ended === 'by its reader') return end();
    if (ended === 'by waiting') throw new Error('The export was given up: nobody read on for five minutes.');
    patience.refresh();
    try {
      const packed = await call.reply<Packed | null>();
      if (packed === null) return end();
      call.more();
      return { done: false, value: unpack(packed) };
    } catch (error) {
      end();
      throw error;
    }
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: async () => end() }) };
}

function unpack({ bytes, ends }: Packed): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let start = 0;
  for (const end of ends) {
    messages.push(bytes.subarray(start, end));
    start = end;
  }
  return messages;
}

function semaphore(slots: number): { take(): Promise<void>; give(): void } {
  const waiting: (() => void)[] = [];
  let free = slots;
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give() {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}
