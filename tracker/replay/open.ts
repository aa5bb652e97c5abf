// A recorded file, or stdin, as unpacked bytes. What is in them is not this file's concern.
import { createHash } from 'node:crypto';
import { createReadStream, open as openDescriptor, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { createGunzip, type Gunzip } from 'node:zlib';

const CHUNK = 256 * 1024;
const IDENTIFYING = 64 * 1024;
const GZIP = Buffer.from([0x1f, 0x8b]);

export class UnreadableInput extends Error {
  override name = 'UnreadableInput';
}

export interface ReplayInput {
  /**
   * The unpacked bytes from the beginning; may be called again for a file. Ends in {@link UnreadableInput} where the
   * packed bytes are damaged or cut off, or the file can no longer be read: after everything that could be read.
   */
  chunks(): AsyncIterable<Uint8Array>;
  /** A hash of absolute path, size and first 64 KB; '' for what cannot be read a second time. */
  readonly identity: string;
  /** bytes of the unpacked text; undefined where nobody can know before reading it */
  readonly size: number | undefined;
}

/** Opens a file, `-` for stdin. Throws {@link UnreadableInput} for one that is missing, no file or not to be read. */
export async function openReplay(path: string): Promise<ReplayInput> {
  if (path === '-') return { chunks: () => unpacked(process.stdin, 'stdin'), identity: '', size: undefined };
  const status = await readable(path, () => stat(path));
  if (status.isDirectory()) throw new UnreadableInput(`${path} is a directory; a file is needed`);
  const packed = (): AsyncIterable<Buffer> =>
    status.isFIFO() ? pipe(path) : createReadStream(path, { highWaterMark: CHUNK });
  const chunks = (): AsyncIterable<Uint8Array> => unpacked(packed(), path);
  // A pipe gives its bytes only once: they are not to be spent on an identity.
  if (!status.isFile()) return { chunks, identity: '', size: undefined };
  const start = await readable(path, () => startOf(path));
  const size = start.subarray(0, GZIP.length).equals(GZIP) ? undefined : status.size;
  return { chunks, identity: identityOf(path, status, start), size };
}

/** A file's reads cannot be given up: on a silent pipe they would keep the process from ending. A socket's can. */
async function* pipe(path: string): AsyncGenerator<Buffer> {
  const fd = await promisify(openDescriptor)(path, 'r');
  yield* new Socket({ fd, readable: true, writable: false });
}

async function startOf(path: string): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(IDENTIFYING), 0, IDENTIFYING, 0);
  return buffer.subarray(0, bytesRead);
}

function identityOf(path: string, { size }: Stats, start: Buffer): string {
  const about = JSON.stringify([resolve(path), size]);
  return createHash('sha256').update(about).update(start).digest('hex');
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(name: string, error: unknown): UnreadableInput {
  if (error instanceof UnreadableInput) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new UnreadableInput(`${name} ${REASONS[code] ?? `cannot be read: ${String(error)}`}`, {
    cause: error,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a directory; a file is needed',
  Z_BUF_ERROR: 'is cut off: its gzip data ends too early; what came before has been read',
  Z_DATA_ERROR: 'is damaged: its gzip data is invalid; what came before has been read',
};

async function* unpacked(packed: AsyncIterable<Buffer>, name: string): AsyncGenerator<Uint8Array> {
  try {
    const { first, all } = await begun(packed);
    yield* first.equals(GZIP) ? gunzipped(all) : all;
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** The first two bytes, if there are as many, and everything. */
async function begun(packed: AsyncIterable<Buffer>): Promise<{ first: Buffer; all: AsyncIterable<Buffer> }> {
  const chunks = packed[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < GZIP.length) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    try {
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    } finally {
      await chunks.return?.();
    }
  }
  return { first: head.subarray(0, GZIP.length), all: all() };
}

async function* gunzipped(packed: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  // With a mark of one byte nothing more is unpacked before the last was taken, so that an error never overtakes data.
  const options = { chunkSize: CHUNK, readableHighWaterMark: 1 };
  const gunzip = createGunzip(options);
  const feeding = feed(packed, gunzip);
  try {
    yield* gunzip;
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

/** Ends only once the last bytes are unpacked: bytes given together with the end are lost if the end is a wrong one. */
async function feed(packed: AsyncIterable<Buffer>, gunzip: Gunzip): Promise<void> {
  try {
    for await (const chunk of packed) {
      if (gunzip.destroyed) return;
      await new Promise<void>((done) => {
        gunzip.once('close', done);
        gunzip.write(chunk, () => {
          gunzip.off('close', done);
          done();
        });
      });
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
