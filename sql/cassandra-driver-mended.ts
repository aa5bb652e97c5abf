// cassandra-driver 4.10.0 with one of its parts put right: it makes a Buffer for the length of every value of a request before it
// puts them all together. The bytes that are sent are the same; writing a batch costs about half.
import { createRequire } from 'node:module';
import { FrameWriter } from 'cassandra-driver/lib/writers.js';

declare module 'cassandra-driver' {
  interface Host {
    /** Closes its connections; with `waitForPending` each when nothing of it is under way. */
    shutdown(waitForPending: boolean): Promise<void>;
  }
}

/** Values go straight into memory that all requests share, and `write` copies a whole request out of it. */
function writeInOnePiece(prototype: FrameWriter): void {
  const whole = prototype.write;
  let shared = Buffer.allocUnsafeSlow(65_536);
  const room = ({ bodyLength }: FrameWriter, length: number): Buffer => {
    if (bodyLength + length <= shared.length) return shared;
    const larger = Buffer.allocUnsafeSlow(2 * (bodyLength + length));
    larger.set(shared.subarray(0, bodyLength));
    shared = larger;
    return shared;
  };
  prototype.add = function add(bytes) {
    room(this, bytes.length).set(bytes, this.bodyLength);
    this.bodyLength += bytes.length;
  };
  prototype.writeShort = function writeShort(value) {
    this.bodyLength = room(this, 2).writeUInt16BE(value, this.bodyLength);
  };
  prototype.writeInt = function writeInt(value) {
    this.bodyLength = room(this, 4).writeInt32BE(value, this.bodyLength);
  };
  prototype.write = function write(version, streamId, flags) {
    this.buffers = [shared.subarray(0, this.bodyLength)];
    return whole.call(this, version, streamId, flags);
  };
}

const load = createRequire(import.meta.url);
writeInOnePiece(FrameWriter.prototype);

/** Everything that runs of the driver is taken from here, so that it is mended before it is used. */
export const driver: typeof import('cassandra-driver') = load('cassandra-driver');
