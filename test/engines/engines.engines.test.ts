import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'cassandra-driver';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tempDir } from '../journey/running.ts';
import { describeWithEngines, describeWithOwnEngines } from './addresses.ts';
import { cassandraRecipe } from './cassandra.ts';
import { prepareTools, startEngines, type Engines } from './engines.ts';
import { kafkaRecipe } from './kafka.ts';

describeWithEngines('The shared engines', ({ kafkaBrokers, cassandra }) => {
  test('Kafka answers with a cluster of at least one broker', async () => {
    const admin = kafkaAt(kafkaBrokers).admin();
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    await admin.disconnect();
    expect(brokers.length).toBeGreaterThan(0);
  });

  test('Cassandra answers with its version', async () => {
    await using client = cassandraAt(cassandra);
    const row = (await client.execute('SELECT release_version FROM system.local')).first();
    expect(row.release_version).toMatch(/^\d+\.\d+/);
  });
});

describeWithOwnEngines('Engines of a test’s own', () => {
  let dir: ReturnType<typeof tempDir>;
  let engines: Engines;
  beforeAll(async () => {
    dir = tempDir('own-engines');
    engines = await startEngines({ dir: dir.path });
  });
  afterAll(async () => {
    await engines.kill();
    dir[Symbol.dispose]();
  });

  test('Kafka keeps an acknowledged record through SIGKILL and restart', async () => {
    const value = 'water at the station';
    await produce(engines.kafka.address, 'kept', value);
    const killed = engines.kafka.pid();
    await engines.kafka.kill();
    await engines.kafka.restart();
    expect(engines.kafka.pid()).not.toBe(killed);
    expect(await readOne(engines.kafka.address, 'kept')).toBe(value);
  });

  test('Cassandra keeps an acknowledged row through SIGKILL and restart', async () => {
    {
      await using client = cassandraAt([engines.cassandra.address]);
      await client.execute(
        "CREATE KEYSPACE kept WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
      );
      await client.execute('CREATE TABLE kept.row (id int PRIMARY KEY, text text)');
      await client.execute("INSERT INTO kept.row (id, text) VALUES (7, 'water at the station')");
    }
    await engines.cassandra.kill();
    await engines.cassandra.restart();
    await using client = cassandraAt([engines.cassandra.address]);
    const rows = (await client.execute('SELECT id, text FROM kept.row')).rows;
    expect(rows.map((row) => [row.id, row.text])).toEqual([[7, 'water at the station']]);
  });

  test('an engine does not answer while it is paused, and does again when resumed', async () => {
    await using client = cassandraAt([engines.cassandra.address]);
    const query = 'SELECT id FROM kept.row';
    await client.execute(query);
    engines.cassandra.pause();
    await expect(client.execute(query, [], { readTimeout: 500 })).rejects.toThrow();
    engines.cassandra.resume();
    expect((await client.execute(query)).rowLength).toBe(1);
  });

  test('an engine whose port is taken says which', async () => {
    const taken = {
      kafka: port(engines.kafka),
      kafkaController: 1,
      cassandra: port(engines.cassandra),
      cassandraStorage: 1,
    };
    const second = startEngines({ dir: `${dir.path}/second`, ports: taken });
    await expect(second).rejects.toThrow(/cannot start: something else listens at 127\.0\.0\.1:\d+/);
  });

  test('an engine is not taken for another one that answers at its port', async () => {
    const { java, classPaths } = await prepareTools();
    const folder = join(dir.path, 'third');
    mkdirSync(folder);
    const place = { java, folder, host: '127.0.0.1' };
    const cassandra = await cassandraRecipe({
      ...place,
      classPath: classPaths.cassandra,
      port: port(engines.cassandra),
      storagePort: 1,
    });
    await expect(cassandra.answers()).rejects.toThrow(/another Cassandra \(epicenter-.*\) is at/);
    const kafka = await kafkaRecipe({
      ...place,
      classPath: classPaths.kafka,
      port: port(engines.kafka),
      controllerPort: 1,
    });
    await expect(kafka.answers()).rejects.toThrow(/another Kafka \(.*\) is at/);
  });
});

function port(engine: { readonly address: string }): number {
  return Number(engine.address.split(':')[1]);
}

function kafkaAt(brokers: string[]): Kafka {
  return new Kafka({ brokers, logLevel: logLevel.NOTHING });
}

async function produce(broker: string, topic: string, value: string): Promise<void> {
  const kafka = kafkaAt([broker]);
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: [{ value }] });
  await producer.disconnect();
}

async function readOne(broker: string, topic: string): Promise<string | undefined> {
  const consumer = kafkaAt([broker]).consumer({ groupId: 'reader' });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  await consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) });
  const value = await promise;
  await consumer.disconnect();
  return value;
}

function cassandraAt(contactPoints: string[]): Client & AsyncDisposable {
  const client = new Client({ contactPoints, localDataCenter: 'datacenter1' });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.shutdown() });
}
