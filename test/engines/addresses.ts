// What a test file that needs Kafka and Cassandra imports (its name ends in .engines.test.ts). Starts nothing:
// vitest-setup.ts has done that once for the whole run. Everybody shares these engines, so a test makes topics,
// groups and keyspaces with names of its own, and one that kills or stops engines starts its own (engines.ts).
import { describe, inject, test } from 'vitest';
import { SKIPPED } from './skipped-reporter.ts';

export interface EngineAddresses {
  /** host:port each */
  readonly kafkaBrokers: string[];
  /** host:port each */
  readonly cassandra: string[];
  /** the same for a process that a test starts */
  readonly env: { readonly KAFKA_BROKERS: string; readonly CASSANDRA_CONTACT_POINTS: string };
}

/** Why there is something or not: `skipped` on a machine without the tools, `failed` when it should have worked. */
export type Availability<T> =
  | { readonly state: 'there'; readonly value: T }
  | { readonly state: 'skipped' | 'failed'; readonly reason: string };

declare module 'vitest' {
  interface ProvidedContext {
    /** the engines of this run */
    sharedEngines: Availability<EngineAddresses>;
    /** whether a test can start its own with `startEngines` */
    ownEngines: Availability<void>;
  }
}

/** Like `describe`, with the addresses of the shared engines; skipped or failed with the reason where there are none.
 * (Where they are skipped the body still runs, for the names of its tests, with empty addresses.) */
export function describeWithEngines(name: string, body: (engines: EngineAddresses) => void): void {
  const shared = inject('sharedEngines');
  const nowhere = { KAFKA_BROKERS: '', CASSANDRA_CONTACT_POINTS: '' };
  const value = shared.state === 'there' ? shared.value : { kafkaBrokers: [], cassandra: [], env: nowhere };
  describeIf(shared, name, () => body(value));
}

/** Like `describe`, for tests that call `startEngines` themselves; skipped or failed where that cannot work. */
export function describeWithOwnEngines(name: string, body: () => void): void {
  describeIf(inject('ownEngines'), name, body);
}

function describeIf(availability: Availability<unknown>, name: string, body: () => void): void {
  if (availability.state === 'there') {
    describe(name, body);
  } else if (availability.state === 'skipped') {
    describe.skip(`${name} ${SKIPPED}${availability.reason}]`, body);
  } else {
    const { reason } = availability;
    describe(name, () => {
      test('has its engines', () => {
        throw new Error(reason);
      });
    });
  }
}
