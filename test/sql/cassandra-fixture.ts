// A keyspace of a test file's own on a real Cassandra, stores and plain clients on it.
import { Client } from 'cassandra-driver';
import { onTestFinished } from 'vitest';
import { openCassandraStore } from '../../sql/cassandra.ts';
import { type CassandraSettings, cassandraSettings } from '../../sql/cassandra-settings.ts';
import type { Store } from '../../sql/store.ts';
import type { EngineAddresses } from '../engines/addresses.ts';

export function settingsFor({ env }: EngineAddresses, keyspace: string): CassandraSettings {
  return cassandraSettings({ ...env, CASSANDRA_KEYSPACE: keyspace })!;
}

/** A store that is closed with its test. */
export async function open(settings: CassandraSettings): Promise<Store> {
  const store = await openCassandraStore(settings, () => undefined);
  onTestFinished(() => store.close());
  return store;
}

/** A client of the driver's own, in no keyspace. */
export async function connect(settings: CassandraSettings): Promise<Client> {
  const client = new Client({
    contactPoints: [...settings.contactPoints],
    localDataCenter: settings.localDc,
    queryOptions: { prepare: true },
  });
  await client.connect();
  onTestFinished(() => client.shutdown());
  return client;
}

/** A drop waits for what is in memory to be written, and other files fill the same engine. */
const DROP_MS = 60_000;

/** For the end of a file: the engines may be somebody's own. */
export async function dropKeyspace(settings: CassandraSettings): Promise<void> {
  const { contactPoints, localDc, keyspace } = settings;
  const client = new Client({
    contactPoints: [...contactPoints],
    localDataCenter: localDc,
    socketOptions: { readTimeout: DROP_MS },
  });
  await client.connect();
  await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
  await client.shutdown();
}

export async function messagesOf(store: Store, code: string): Promise<string[]> {
  const found: string[] = [];
  for await (const chunk of (await store.messages(code, {})).chunks)
    found.push(...chunk.map((bytes) => Buffer.from(bytes).toString()));
  return found;
}
