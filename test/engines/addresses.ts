// What a test file that needs Kafka and Cassandra imports (its name ends in .engines.test.ts). Starts nothing:
// vitest-setup.ts has done that once for the whole run. Everybody shares these engines, so a test makes topics,
// groups and keyspaces with names of its own, and one that kills or stops engines starts its own (engines.ts).
import { inject } from 'vitest';
import { type Availability, describeWhere } from './available.ts';

export interface EngineAddresses {
  /** host:port each */
  readonly kafkaBrokers: string[];
  /** host:port each */
  readonly cassandra: string[];
  /** the same for a process that a test starts */
  readonly env: { readonly KAFKA_BROKERS: string; readonly CASSANDRA_CONTACT_POINTS: string };
}

declare module 'vitest' {
  interface ProvidedContext {
    /** the engines of this run */
    sharedEngines: Availability<EngineAddresses>;
    /** whether a test can start its own with `startEngines` */
    ownEngines: Availability<void>;
  }
}

const NOWHERE: EngineAddresses = {
  kafkaBrokers: [],
  cassandra: [],
  env: { KAFKA_BROKERS: '', CASSANDRA_CONTACT_POINTS: '' },
};

/** Like `describe`, with the addresses of the shared engines; skipped or failed with the reason where there are none. */
export function describeWithEngines(name: string, body: (engines: EngineAddresses) => void): void {
  describeWhere(inject('sharedEngines'), { name, nowhere: NOWHERE }, body);
}

/** Like `describe`, for tests that call `startEngines` themselves; skipped or failed where that cannot work. */
export function describeWithOwnEngines(name: string, body: () => void): void {
  describeWhere(inject('ownEngines'), { name, nowhere: undefined }, body);
}
