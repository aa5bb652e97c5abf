// Where the whole system is measured on Kafka and Cassandra: the engines of the environment, else our own on throw-away data;
// for each measurement an empty Kafka and a keyspace of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'cassandra-driver';
import { openKafkaLog } from '../../eventing/kafka.ts';
import { kafkaSettings } from '../../eventing/kafka-settings.ts';
import type { Log } from '../../eventing/log.ts';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { cassandraSettings } from '../../sql/cassandra-settings.ts';
import { type Engines, startEngines } from '../engines/engines.ts';

/** As the processes that use them take them from the environment. */
export interface EngineEnv {
  readonly KAFKA_BROKERS: string;
  readonly CASSANDRA_CONTACT_POINTS: string;
}

/** Engines of our own are gone afterwards. */
export async function withEngines(work: (engines: EngineEnv) => Promise<void>): Promise<void> {
  const { KAFKA_BROKERS, CASSANDRA_CONTACT_POINTS } = process.env;
  if (KAFKA_BROKERS && CASSANDRA_CONTACT_POINTS) return work({ KAFKA_BROKERS, CASSANDRA_CONTACT_POINTS });
  const dir = await mkdtemp(join(tmpdir(), 'epicenter-bench-engines-'));
  let engines: Engines | undefined;
  try {
    engines = await startEngines({ dir });
    await work({
      KAFKA_BROKERS: engines.kafka.address,
      CASSANDRA_CONTACT_POINTS: engines.cassandra.address,
    });
  } finally {
    await engines?.kill();
    await rm(dir, { recursive: true, force: true });
  }
}

export type SystemEnv = EngineEnv & { readonly CASSANDRA_KEYSPACE: string };

/**
 * An environment in which the system finds nothing of an earlier run, and leaves nothing. Throws for a Kafka that has topics: the
 * system's own have fixed names, and all that are there afterwards are deleted.
 */
export async function onEmptyEngines<T>(
  engines: EngineEnv,
  work: (env: SystemEnv) => Promise<T>,
): Promise<T> {
  const env = { ...engines, CASSANDRA_KEYSPACE: `bench_${Date.now()}` };
  await withLog(engines, async (log) => {
    if ((await log.topics()).length > 0)
      throw new Error(
        'KAFKA_BROKERS must name a Kafka without topics: the measurement deletes all there are.',
      );
  });
  const settings = cassandraSettings(env);
  if (settings === undefined) throw new Error('CASSANDRA_CONTACT_POINTS is empty');
  await applySchema(settings);
  try {
    return await work(env);
  } finally {
    await withLog(engines, async (log) => {
      for (const topic of await log.topics()) await log.deleteTopic(topic);
    });
    const { contactPoints, localDc, keyspace } = settings;
    const client = new Client({
      contactPoints: [...contactPoints],
      localDataCenter: localDc,
      socketOptions: { readTimeout: 60_000 },
    });
    await client.execute(`DROP KEYSPACE ${keyspace}`);
    await client.shutdown();
  }
}

async function withLog(engines: EngineEnv, work: (log: Log) => Promise<void>): Promise<void> {
  const settings = kafkaSettings({ ...engines });
  if (settings === undefined) throw new Error('KAFKA_BROKERS is empty');
  const log = await openKafkaLog(settings, (problem) => process.stderr.write(`${problem}\n`));
  try {
    await work(log);
  } finally {
    await log.close();
  }
}
