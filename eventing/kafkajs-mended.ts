// kafkajs 2.2.4 with four of its parts put right. Everything that runs of it is imported from here: it takes hold of its
// parts when it is loaded, and is the same without these four, only slower and with a warning.
import { createRequire } from 'node:module';
import type InnerCluster from 'kafkajs/src/cluster/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import type factory from 'kafkajs/src/network/socketFactory.js';
import { crc32c } from './kafka-crc32c.ts';
import { copyLess } from './kafkajs-encoder.ts';
import { type Record, type RecordBatch, recordBatch } from './kafkajs-record-batch.ts';

/**
 * With nothing pending it sets a timer to a time long ago after every answer, at which Node 24 warns
 * (TimeoutNegativeWarning). It is of no use: whatever becomes pending sets its own.
 */
const { prototype } = RequestQueue;
const schedule = prototype.scheduleCheckPendingRequests;
prototype.scheduleCheckPendingRequests = function whenPending(): void {
  if (this.pending.length > 0) schedule.call(this);
};

copyLess(Encoder.prototype);

const load = createRequire(import.meta.url);
function replace(module: string, exports: unknown): void {
  load(module);
  const loaded = load.cache[load.resolve(module)];
  if (loaded !== undefined) loaded.exports = exports;
}

/** Its checksum goes byte by byte. */
replace('kafkajs/src/protocol/recordBatch/crc32C/index.js', crc32c);

const BATCH = 'kafkajs/src/protocol/recordBatch/v0/index.js';
const RECORD = 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
const theirs: { RecordBatch: (of: KafkajsBatch) => Promise<Encoder> } = load(BATCH);
const theirRecord: (record: Record) => Encoder = load(RECORD);

interface KafkajsBatch extends RecordBatch<unknown> {
  readonly compression: number;
  readonly transactional: boolean;
}

/** What is to be compressed, or in a transaction, it does itself. */
async function batchOf(of: KafkajsBatch & RecordBatch): Promise<Encoder> {
  const plain = of.compression === 0 && !of.transactional;
  return plain ? recordBatch(of) : theirs.RecordBatch({ ...of, records: of.records.map(theirRecord) });
}
replace(BATCH, { ...theirs, RecordBatch: batchOf });
replace(RECORD, (record: Record) => record);

const kafkajs: typeof import('kafkajs') = load('kafkajs');
export const { Kafka, Partitioners, logLevel } = kafkajs;
export const Cluster: typeof InnerCluster = load('kafkajs/src/cluster/index.js');
export const createSocketFactory: typeof factory = load('kafkajs/src/network/socketFactory.js');
