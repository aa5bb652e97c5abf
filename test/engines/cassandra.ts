// How one small Cassandra node is set up, run and asked. Makes no keyspace.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Client } from 'cassandra-driver';
import { parse, stringify } from 'yaml';
import type { Recipe } from './engine.ts';
import { canConnect } from './ports.ts';

const HERE = fileURLToPath(new URL('cassandra/', import.meta.url));

export interface CassandraPlace {
  readonly java: string;
  readonly classPath: string;
  /** data, log and configuration are written here; what is there already is kept */
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly storagePort: number;
}

export async function cassandraRecipe(place: CassandraPlace): Promise<Recipe> {
  const { java, classPath, folder, host, port } = place;
  const name = await clusterName(folder);
  const config = join(folder, 'cassandra.yaml');
  const fixed = parse(await readFile(join(HERE, 'cassandra.yaml'), 'utf8')) as object;
  await writeFile(config, stringify({ ...fixed, ...ofThisPlace(place), cluster_name: name }));
  const flags = [
    `@${join(HERE, 'jvmargs')}`,
    '-Xms384m',
    '-Xmx384m',
    `-Dcassandra.config=${pathToFileURL(config).href}`,
    `-Dcassandra.storagedir=${join(folder, 'data')}`,
    `-Dcassandra.logdir=${folder}`,
    `-Dlogback.configurationFile=${join(HERE, 'logback.xml')}`,
  ];
  return {
    name: 'Cassandra',
    address: `${host}:${port}`,
    listens: [
      [host, port],
      ['127.0.0.1', place.storagePort],
    ],
    log: join(folder, 'cassandra.log'),
    folder,
    command: [java, ...flags, '-cp', classPath, 'org.apache.cassandra.service.CassandraDaemon'],
    answers: async () => (await canConnect(host, port)) && (await answersAs(name, `${host}:${port}`)),
  };
}

function ofThisPlace({ folder, host, port, storagePort }: CassandraPlace): object {
  return {
    seed_provider: [
      {
        class_name: 'org.apache.cassandra.locator.SimpleSeedProvider',
        parameters: [{ seeds: `127.0.0.1:${storagePort}` }],
      },
    ],
    rpc_address: host,
    storage_port: storagePort,
    native_transport_port: port,
    data_file_directories: [join(folder, 'data', 'data')],
    commitlog_directory: join(folder, 'data', 'commitlog'),
    saved_caches_directory: join(folder, 'data', 'saved_caches'),
    hints_directory: join(folder, 'data', 'hints'),
    cdc_raw_directory: join(folder, 'data', 'cdc_raw'),
  };
}

/** A name of its own for every folder, by which we know our own node from any other. */
async function clusterName(folder: string): Promise<string> {
  const file = join(folder, 'cluster-name');
  if (!existsSync(file)) await writeFile(file, `epicenter-${randomUUID()}`);
  return readFile(file, 'utf8');
}

/** False while it starts. Throws when it is another cluster. */
async function answersAs(name: string, address: string): Promise<boolean> {
  const client = new Client({ contactPoints: [address], localDataCenter: 'datacenter1' });
  try {
    const result = await client.execute('SELECT cluster_name FROM system.local');
    const found: unknown = result.first().cluster_name;
    if (found !== name) throw new Stranger(`another Cassandra (${String(found)}) is at ${address}`);
    return true;
  } catch (error) {
    if (error instanceof Stranger) throw error;
    return false;
  } finally {
    await client.shutdown();
  }
}

class Stranger extends Error {}
