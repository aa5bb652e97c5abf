// A record batch (KIP-98, magic 2) as kafkajs sends it, neither compressed nor in a transaction, written in one go: kafkajs makes an
// encoder for every record and every header, and puts the whole batch together twice to take its checksum.
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { crc32c } from './kafka-crc32c.ts';
import { piecesOf } from './kafkajs-encoder.ts';

type Text = Buffer | string | null;

export interface Record {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
  readonly key: Text;
  readonly value: Text;
  readonly headers?: Readonly<{ [name: string]: string }>;
}

export interface RecordBatch<R = Record> {
  readonly records: readonly R[];
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
}

const MAGIC = 2;
const NONE = -1;

export function recordBatch({ records, firstTimestamp, maxTimestamp }: RecordBatch): Encoder {
  const body = new Encoder()
    .writeInt16(0)
    .writeInt32(records.length - 1)
    .writeInt64(firstTimestamp)
    .writeInt64(maxTimestamp)
    .writeInt64(NONE)
    .writeInt16(0)
    .writeInt32(0)
    .writeInt32(records.length);
  for (const record of records) write(body, record);
  const checksum = piecesOf(body).reduce((sum, piece) => crc32c(piece, sum), 0);
  const batch = new Encoder().writeInt32(0).writeInt8(MAGIC).writeUInt32(checksum).writeEncoder(body);
  return new Encoder().writeInt64(0).writeInt32(batch.size()).writeEncoder(batch);
}

function write(body: Encoder, { offsetDelta, timestampDelta, key, value, headers = {} }: Record): void {
  const entries = Object.entries(headers);
  const length =
    1 +
    Encoder.sizeOfVarLong(timestampDelta) +
    Encoder.sizeOfVarInt(offsetDelta) +
    Encoder.sizeOfVarIntBytes(key) +
    Encoder.sizeOfVarIntBytes(value) +
    Encoder.sizeOfVarInt(entries.length) +
    entries.flat().reduce((sum, text) => sum + Encoder.sizeOfVarIntBytes(text), 0);
  body
    .writeVarInt(length)
    .writeInt8(0)
    .writeVarLong(timestampDelta)
    .writeVarInt(offsetDelta)
    .writeVarIntBytes(key)
    .writeVarIntBytes(value)
    .writeVarInt(entries.length);
  for (const text of entries.flat()) body.writeVarIntBytes(text);
}
