// Long reads, answered by the reading thread.
import { type Call, readingThread } from './sqlite-thread.ts';
import type { ExportRequest, Packed, Question } from './sqlite-worker.ts';
import type { Count, Messages, TweetPage } from './store.ts';

interface Answers {
  readonly page: TweetPage;
  readonly counts: Count[];
  readonly checkpoint: undefined;
}

export interface Reader {
  ask<K extends Question['kind']>(question: Question & { readonly kind: K }): Promise<Answers[K]>;
  /** The snapshot is taken before this resolves. Four exports run at once; a further one begins when one has ended. */
  messages(request: ExportRequest): Promise<Messages>;
  close(): Promise<void>;
}

const EXPORTS_AT_ONCE = 4;

/** After how many ms an export is given up: when nobody read on for `idle`, and when it has taken `whole` in all. */
export interface Patience {
  readonly idle: number;
  readonly whole: number;
}

// While a snapshot is held, the write-ahead log cannot begin anew and grows by everything that is written: at X's cap of
// 250 posts/s about 3 MB a second. So these two bound the file, and a reader who went away, or trickles, frees its place.
const PATIENCE: Patience = { idle: 300_000, whole: 1_800_000 };

export function reader(dir: string, patience: Patience = PATIENCE): Reader {
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
        return { rest: await call.reply(), chunks: chunksOf(call, patience) };
      } catch (error) {
        call.end();
        throw error;
      }
    },
    close: () => thread.close(),
  };
}

// Not a generator: one that was never begun would not free the snapshot when its reader returns early.
function chunksOf(call: Call, patience: Patience): AsyncIterable<Uint8Array[]> {
  let ended = false;
  let givenUp: Error | undefined;
  const waits = [
    setTimeout(giveUp, patience.idle, 'nobody read on'),
    setTimeout(giveUp, patience.whole, 'it took too long'),
  ].map((timer) => timer.unref());

  function giveUp(why: string): void {
    givenUp = new Error(`The export was given up: ${why}.`);
    end();
  }
  function end(): IteratorReturnResult<undefined> {
    ended = true;
    for (const timer of waits) clearTimeout(timer);
    call.end();
    return { done: true, value: undefined };
  }
  async function next(): Promise<IteratorResult<Uint8Array[], undefined>> {
    if (givenUp !== undefined) throw givenUp;
    if (ended) return end();
    waits[0]?.refresh();
    try {
      const packed = await call.reply<Packed | null>();
      if (packed === null) return end();
      call.more();
      return { done: false, value: unpack(packed) };
    } catch (error) {
      end();
      throw givenUp ?? error;
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
