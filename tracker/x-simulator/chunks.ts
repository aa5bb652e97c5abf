// How the bytes of a stream are cut into chunks, pure. HTTP gives no promise about it, so a reader must bear them all.
import { between, type Random } from './random.ts';

/**
 * `line`: a post and its CRLF together · `crlf-alone`: the CRLF in a chunk of its own · `split-characters`: a cut inside every
 * character that has more than one byte · `random`: 1 to 200 bytes · `64k`: 65,536 bytes · `drip`: a few bytes now and then.
 */
export const CUTTINGS = ['line', 'crlf-alone', 'split-characters', 'random', '64k', 'drip'] as const;
export type Cutting = (typeof CUTTINGS)[number];

export const BLOCK_BYTES = 65_536;
const LONGEST_RANDOM = 200;

/** `bytes` in pieces; of `drip` those that are `size` long. */
export function cutUp(bytes: Buffer, cutting: Cutting, random: Random, size: number): Buffer[] {
  switch (cutting) {
    case 'line':
      return [bytes];
    case 'crlf-alone':
      return bytes.length > 2 ? [bytes.subarray(0, -2), bytes.subarray(-2)] : [bytes];
    case 'split-characters':
      return cutAt(bytes, insideCharacters(bytes));
    case 'random':
      return inLengths(bytes, () => between(random, 1, LONGEST_RANDOM));
    case '64k':
      return inLengths(bytes, () => BLOCK_BYTES);
    default:
      return inLengths(bytes, () => size);
  }
}

function inLengths(bytes: Buffer, length: () => number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieces.at(-1)?.length ?? 1) {
    pieces.push(bytes.subarray(at, at + length()));
  }
  return pieces;
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

/** Behind each byte that begins a character of several. */
function insideCharacters(bytes: Buffer): number[] {
  const places: number[] = [];
  for (const [index, byte] of bytes.entries()) if (byte >= 0xc0) places.push(index + 1);
  return places;
}
