// The thread for what takes long, reads and checkpoints: what it does never holds up the thread that stores.
// Each request comes with a port of its own for the answer; a closed port means that nobody wants it any more.
import type { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { PartSize } from './part.ts';
import { beginPart, chunksOf } from './sqlite-export.ts';
import { counts, page } from './sqlite-queries.ts';
import { checkpoint, openForReading } from './sqlite-schema.ts';
import type { PageQuery, Range, Step } from './store.ts';

export type Question =
  | { readonly kind: 'page'; readonly code: string; readonly query: PageQuery }
  | { readonly kind: 'counts'; readonly code: string; readonly step: Step; readonly range: Range }
  | { readonly kind: 'checkpoint' };

export interface ExportRequest {
  readonly kind: 'export';
  readonly code: string;
  readonly range: Range;
  readonly size: PartSize;
}

export interface Request {
  readonly request: Question | ExportRequest;
  readonly port: MessagePort;
}

/** Many messages in one buffer that changes hands; `ends` says where each of them ends. */
export interface Packed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
}

export type Reply<T> = { readonly value: T } | { readonly failed: string };

// How far an export may run ahead of its reader.
const CHUNKS_AHEAD = 4;

const dir = z.string().parse(workerData);
let shared: DatabaseSync | undefined;

function answer(question: Question): unknown {
  if (question.kind === 'checkpoint') return checkpoint(dir);
  const { kind, code } = question;
  const db = (shared ??= openForReading(dir));
  if (kind === 'page') return page(db, code, question.query);
  return counts(db, code, question.step, question.range);
}

function fail(port: MessagePort, error: unknown): void {
  port.postMessage({ failed: error instanceof Error ? error.message : String(error) });
}

function startExport(request: ExportRequest, port: MessagePort): void {
  const db = openForReading(dir);
  const release = (): void => {
    if (db.isOpen) db.close();
  };
  port.once('close', release);
  const part = beginPart(db, request.code, request.range, request.size);
  const chunks = chunksOf(db, request.code, part);
  port.postMessage({ value: part.rest });
  function sendNext(): void {
    if (!db.isOpen) return;
    try {
      const next = chunks.next();
      // What is read ahead needs the snapshot no longer.
      if (next.done === true) release();
      send(port, next);
    } catch (error) {
      fail(port, error);
    }
  }
  // In a turn of its own: a port is emptied in one go, up to a thousand messages, and a question would wait for them all.
  port.on('message', () => setImmediate(sendNext));
  for (let i = 0; i < CHUNKS_AHEAD; i += 1) sendNext();
}

function send(port: MessagePort, next: IteratorResult<Uint8Array[], void>): void {
  if (next.done === true) {
    port.postMessage({ value: null });
    return;
  }
  const packed = pack(next.value);
  port.postMessage({ value: packed }, [packed.bytes.buffer, packed.ends.buffer]);
}

function pack(chunk: readonly Uint8Array[]): Packed {
  const ends = new Uint32Array(chunk.length);
  const bytes = new Uint8Array(chunk.reduce((sum, message) => sum + message.length, 0));
  let end = 0;
  for (const [i, message] of chunk.entries()) {
    bytes.set(message, end);
    end += message.length;
    ends[i] = end;
  }
  return { bytes, ends };
}

parentPort?.on('message', ({ request, port }: Request) => {
  try {
    if (request.kind === 'export') startExport(request, port);
    else port.postMessage({ value: answer(request) });
  } catch (error) {
    fail(port, error);
  }
});
