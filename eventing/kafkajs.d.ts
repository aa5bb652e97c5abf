// What we use of kafkajs 2.2.4 that it does not export.

declare module 'kafkajs/src/cluster/index.js' {
  interface FetchedMessage {
    readonly offset: string;
    readonly timestamp: string;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly headers?: import('kafkajs').IHeaders;
    readonly isControlRecord: boolean;
    readonly batchContext: { readonly firstOffset: string; readonly lastOffsetDelta: number };
  }

  interface FetchedPartition {
    readonly partition: number;
    readonly highWatermark: string;
    readonly messages: readonly FetchedMessage[];
  }

  interface PartitionToFetch {
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }

  interface FetchRequest {
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly isolationLevel: number;
    readonly rackId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly PartitionToFetch[];
    }[];
  }

  interface TopicToAsk {
    readonly topic: string;
    readonly fromBeginning: boolean;
    readonly partitions: readonly { readonly partition: number }[];
  }

  interface Broker {
    fetch(request: FetchRequest): Promise<{
      readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
    }>;
  }

  /** A connection to the brokers that knows where the partitions of its topics are. */
  class Cluster {
    constructor(options: object);
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addTargetTopic(topic: string): Promise<void>;
    findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
    /** Partitions by the id of their leader. */
    findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>;
    findBroker(node: { readonly nodeId: string }): Promise<Broker>;
    fetchTopicsOffset(
      topics: readonly TopicToAsk[],
    ): Promise<{ readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]>;
  }
  namespace Cluster {
    export type { FetchedMessage, FetchedPartition };
  }
  export = Cluster;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  function createSocketFactory(): import('kafkajs').ISocketFactory;
  export = createSocketFactory;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
  }
  export = RequestQueue;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    /** what is written now, up to `offset` */
    buf: Buffer;
    offset: number;
    readonly buffer: Buffer;
    writeBufferInternal: (this: Encoder, bytes: Buffer) => void;
    writeInt32: (this: Encoder, value: number) => Encoder;
    writeBuffer: (this: Encoder, bytes: Buffer) => Encoder;
    writeBytes: (this: Encoder, value: unknown) => Encoder;
    static sizeOfVarInt(value: number): number;
    static sizeOfVarLong(value: number): number;
    static sizeOfVarIntBytes(value: Buffer | string | null): number;
    writeInt8(value: number): Encoder;
    writeInt16(value: number): Encoder;
    writeUInt32(value: number): Encoder;
    writeInt64(value: number): Encoder;
    writeVarInt(value: number): Encoder;
    writeVarLong(value: number): Encoder;
    writeVarIntBytes(value: Buffer | string | null): Encoder;
    writeEncoder: (this: Encoder, other: Encoder) => Encoder;
    writeEncoderArray: (this: Encoder, others: readonly Encoder[]) => Encoder;
    size: (this: Encoder) => number;
  }
  export = Encoder;
}
