// Writes a stream's bytes in the chunks that are asked for at the moment, compressed where nobody asked for it.
import type { ServerResponse } from 'node:http';
import { constants, createGzip } from 'node:zlib';
import { BLOCK_BYTES, cutUp, type Cutting } from './chunks.ts';
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** Looked at for each write, so that it can change while a stream is open. */
export interface Manner {
  readonly chunks: Cutting;
  /** of `drip`: so many bytes … */
  readonly bytes: number;
  /** … every so many ms */
  readonly everyMs: number;
}

export interface Writer {
  write(bytes: Buffer): void;
  /** bytes that have not left this process */
  waiting(): number;
  /** writes what is still held back, and then does `done` */
  flush(done: () => void): void;
  /** the same, and ends the reply as HTTP has it */
  end(done: () => void): void;
  stop(): void;
}

/** A block that is not full is sent after this long all the same. */
const BLOCK_WAIT_MS = 100;

interface WriterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly gzip: boolean;
  readonly manner: () => Manner;
}

export function openWriter(response: ServerResponse, { clock, random, gzip, manner }: WriterOptions): Writer {
  const zipped = gzip ? createGzip({ flush: constants.Z_SYNC_FLUSH }) : undefined;
  zipped?.pipe(response);
  const sink = zipped ?? response;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let cancel: (() => void) | undefined;

  /** What is held back; the rest of a block that is not full stays unless it is `all`. */
  const release = (all: boolean): void => {
    const { chunks, bytes } = manner();
    const pieces = cutUp(Buffer.concat(held), chunks, random, bytes);
    const now = chunks === 'drip' && !all ? 1 : pieces.length;
    const isPart = chunks === '64k' && !all && (pieces.at(-1)?.length ?? BLOCK_BYTES) < BLOCK_BYTES;
    const out = pieces.slice(0, isPart ? -1 : now);
    held = pieces.slice(out.length);
    heldBytes = held.reduce((sum, piece) => sum + piece.length, 0);
    for (const piece of out) sink.write(piece);
  };
  const later = (): void => {
    cancel = undefined;
    release(manner().chunks !== 'drip');
    if (held.length > 0) wait();
  };
  const wait = (): void => {
    const { chunks, everyMs } = manner();
    const ms = chunks === 'drip' ? everyMs : chunks === '64k' ? BLOCK_WAIT_MS : 0;
    cancel ??= clock.after(ms, later);
  };
  return {
    write(bytes) {
      const { chunks } = manner();
      const isHeldBack = chunks === 'random' || chunks === '64k' || chunks === 'drip';
      if (!isHeldBack && held.length === 0) {
        for (const piece of cutUp(bytes, chunks, random, 0)) sink.write(piece);
        return;
      }
      held.push(bytes);
      heldBytes += bytes.length;
      if (chunks === '64k' && heldBytes >= BLOCK_BYTES) release(false);
      if (held.length > 0) wait();
    },
    waiting: () => heldBytes + response.writableLength + (zipped?.writableLength ?? 0),
    flush(done) {
      release(true);
      if (zipped === undefined) response.write('', done);
      else zipped.flush(done);
    },
    end(done) {
      release(true);
      response.once('finish', done);
      sink.end();
    },
    stop: () => cancel?.(),
  };
}
