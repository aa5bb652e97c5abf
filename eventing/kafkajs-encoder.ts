// How kafkajs puts a request together, without most of its copying: it copied every record nine times, each time into new
// memory of up to twice the size, which was half of what making a request cost.
import type Encoder from 'kafkajs/src/protocol/encoder.js';

/** Bytes from this length on are kept where they are; what is shorter is cheaper to copy than to remember. */
const LARGE = 2_048;
const SMALL_BUFFER = 512;

/** What an encoder has, in order, before what is in its own buffer. */
interface Parts {
  readonly buffers: Buffer[];
  bytes: number;
}

const partsOf = new WeakMap<Encoder, Parts>();

/** What an encoder has, in order; it is not to be written to any more. */
export function piecesOf(encoder: Encoder): Buffer[] {
  return [...(partsOf.get(encoder)?.buffers ?? []), encoder.buf.subarray(0, encoder.offset)];
}

/** Closes the encoder's own buffer and puts the bytes behind it. */
function keep(encoder: Encoder, bytes: Buffer): void {
  const parts = partsOf.get(encoder) ?? { buffers: [], bytes: 0 };
  partsOf.set(encoder, parts);
  if (encoder.offset > 0) parts.buffers.push(encoder.buf.subarray(0, encoder.offset));
  parts.buffers.push(bytes);
  parts.bytes += encoder.offset + bytes.length;
  encoder.buf = Buffer.allocUnsafe(SMALL_BUFFER);
  encoder.offset = 0;
}

function sizeOf(this: Encoder): number {
  return (partsOf.get(this)?.bytes ?? 0) + this.offset;
}

/**
 * From now on all encoders keep large bytes by reference until somebody wants them in one piece. They must not change before
 * the request is sent, which none of ours do.
 */
export function copyLess(prototype: Encoder): void {
  const copy = prototype.writeBufferInternal;

  function write(encoder: Encoder, bytes: Buffer): void {
    if (bytes.length < LARGE) copy.call(encoder, bytes);
    else keep(encoder, bytes);
  }

  function append(encoder: Encoder, other: Encoder): void {
    for (const bytes of piecesOf(other)) write(encoder, bytes);
  }

  prototype.writeBufferInternal = function writeBytes(bytes) {
    write(this, bytes);
  };
  const bytesOrText = prototype.writeBytes;
  prototype.writeBytes = function writeLength(value) {
    // It makes room for all of the bytes before it writes their length.
    return Buffer.isBuffer(value)
      ? this.writeInt32(value.length).writeBuffer(value)
      : bytesOrText.call(this, value);
  };
  prototype.writeEncoder = function writeOther(other) {
    append(this, other);
    return this;
  };
  prototype.writeEncoderArray = function writeOthers(others) {
    for (const other of others) append(this, other);
    return this;
  };
  prototype.size = sizeOf;
  Object.defineProperty(prototype, 'buffer', {
    get(this: Encoder): Buffer {
      const parts = partsOf.get(this);
      const own = this.buf.subarray(0, this.offset);
      if (parts === undefined) return own;
      if (own.length === 0 && parts.buffers.length === 1 && parts.buffers[0]) return parts.buffers[0];
      const whole = Buffer.concat(piecesOf(this));
      // Asked for again, or written into another encoder, it is whole already.
      partsOf.set(this, { buffers: [whole], bytes: whole.length });
      this.offset = 0;
      return whole;
    },
  });
}
