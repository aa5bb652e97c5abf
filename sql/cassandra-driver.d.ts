// What we use of cassandra-driver 4.10.0 that it does not export.

declare module 'cassandra-driver/lib/types/index.js' {
  export class FrameHeader {
    constructor(
      ...of: [version: number, flags: number, streamId: number, opcode: number, bodyLength: number]
    );
    toBuffer(): Buffer;
  }
}

declare module 'cassandra-driver/lib/writers.js' {
  /** What a request is written with: from its first value to `write` without a pause, one after the other. */
  export class FrameWriter {
    constructor(opcode: number);
    readonly opcode: number;
    bodyLength: number;
    add: (this: FrameWriter, bytes: Buffer) => void;
    writeByte(value: number): void;
    writeShort: (this: FrameWriter, value: number) => void;
    writeInt: (this: FrameWriter, value: number) => void;
    writeString(text: string): void;
    /** null is written as a length of -1 */
    writeBytes(bytes: Buffer | null): void;
    write: (this: FrameWriter, version: number, streamId: number, flags?: number) => Buffer;
  }
}
