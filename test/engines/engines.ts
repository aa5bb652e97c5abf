// Real Kafka and Cassandra for tests and developers, from Maven Central's jars. No part of the product needs this.
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cassandraRecipe } from './cassandra.ts';
import { startEngine, type Engine } from './engine.ts';
import { classPaths, type ClassPaths } from './jars.ts';
import { findJava } from './java.ts';
import { kafkaRecipe } from './kafka.ts';
import { freePorts } from './ports.ts';

export interface Ports {
  readonly kafka: number;
  readonly kafkaController: number;
  readonly cassandra: number;
  readonly cassandraStorage: number;
}

export interface Place {
  /** everything is written here; data that is there is kept */
  readonly dir: string;
  /** four free ones when not given */
  readonly ports?: Ports;
  /** the address both listen at and tell their clients; 127.0.0.1 when not given */
  readonly host?: string;
}

export interface Engines {
  readonly kafka: Engine;
  readonly cassandra: Engine;
  /** stops both in order */
  readonly stop: () => Promise<void>;
  /** SIGKILL to both, for data that is thrown away */
  readonly kill: () => Promise<void>;
}

export interface Tools {
  /** path of the `java` command */
  readonly java: string;
  readonly classPaths: ClassPaths;
}

/** Finds Java and the jars, which Maven fetches the first time. Throws `ToolMissing` when the machine lacks one. */
export async function prepareTools(env: NodeJS.ProcessEnv = process.env): Promise<Tools> {
  const java = await findJava(env);
  return { java: java.command, classPaths: await classPaths(java, env) };
}

/** Resolves when both answer (120 s at most). Throws with the end of the log of the one that does not. */
export async function startEngines(place: Place): Promise<Engines> {
  const tools = await prepareTools();
  const ports = place.ports ?? (await choosePorts(place.host));
  const started = await Promise.allSettled([
    startCassandra({ ...place, ports }, tools),
    startKafka({ ...place, ports }, tools),
  ]);
  const [cassandra, kafka] = started;
  if (cassandra.status === 'fulfilled' && kafka.status === 'fulfilled')
    return both(cassandra.value, kafka.value);
  for (const one of started) if (one.status === 'fulfilled') await one.value.kill();
  throw started.find((one) => one.status === 'rejected')?.reason;
}

/** Only Kafka, in `<dir>/kafka`. */
export async function startKafka(place: Place, tools: Tools): Promise<Engine> {
  const { host = '127.0.0.1', ports = await choosePorts(host) } = place;
  const folder = resolve(place.dir, 'kafka');
  await mkdir(folder, { recursive: true });
  const classPath = tools.classPaths.kafka;
  const own = { folder, host, port: ports.kafka, controllerPort: ports.kafkaController };
  return startEngine(await kafkaRecipe({ java: tools.java, classPath, ...own }));
}

/** Only Cassandra, in `<dir>/cassandra`. */
export async function startCassandra(place: Place, tools: Tools): Promise<Engine> {
  const { host = '127.0.0.1', ports = await choosePorts(host) } = place;
  const folder = resolve(place.dir, 'cassandra');
  await mkdir(folder, { recursive: true });
  const classPath = tools.classPaths.cassandra;
  const own = { folder, host, port: ports.cassandra, storagePort: ports.cassandraStorage };
  return startEngine(await cassandraRecipe({ java: tools.java, classPath, ...own }));
}

function both(cassandra: Engine, kafka: Engine): Engines {
  return {
    kafka,
    cassandra,
    stop: async () => void (await Promise.all([kafka.stop(), cassandra.stop()])),
    kill: async () => void (await Promise.all([kafka.kill(), cassandra.kill()])),
  };
}

async function choosePorts(host = '127.0.0.1'): Promise<Ports> {
  const [kafka = 0, kafkaController = 0, cassandra = 0, cassandraStorage = 0] = await freePorts(host, 4);
  return { kafka, kafkaController, cassandra, cassandraStorage };
}
