// A record's value as the embedded log keeps it. A batch of posts packs to a tenth, which is most of what a fast replay
// would write to the disk; a single post is kept as it is, since packing it would cost more than writing it.
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';

const WORTH_PACKING = 16 * 1024;
const FAST = { chunkSize: 65_536, params: { [constants.ZSTD_c_compressionLevel]: 1 } };

const compress = promisify<Uint8Array, object, Buffer>(zstdCompress);

export interface StoredValue {
  readonly value: Uint8Array | null;
  readonly packed: 0 | 1;
}

/** Packing is done beside the event loop. */
export async function pack(value: Uint8Array | null): Promise<StoredValue> {
  if (value === null || value.length < WORTH_PACKING) return { value, packed: 0 };
  const packed = await compress(value, FAST);
  return packed.length < value.length ? { value: packed, packed: 1 } : { value, packed: 0 };
}

export function unpack({ value, packed }: StoredValue): Uint8Array | null {
  return value === null || packed === 0 ? value : zstdDecompressSync(value);
}
