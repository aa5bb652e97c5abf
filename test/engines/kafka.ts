// How one Kafka broker, its own controller, is set up, run and asked. Formats its folder once.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import type { Recipe } from './engine.ts';
import { canConnect } from './ports.ts';

const HERE = fileURLToPath(new URL('kafka/', import.meta.url));
const LOG4J = `-Dlog4j2.configurationFile=${join(HERE, 'log4j2.properties')}`;

export interface KafkaPlace {
  readonly java: string;
  readonly classPath: string;
  /** data, log and configuration are written here; what is there already is kept */
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
}

export async function kafkaRecipe(place: KafkaPlace): Promise<Recipe> {
  const { java, classPath, folder, host, port } = place;
  const properties = join(folder, 'server.properties');
  await writeFile(properties, (await readFile(join(HERE, 'server.properties'), 'utf8')) + ofThisPlace(place));
  const clusterId = await formatOnce(place, properties);
  const memory = ['-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-Djava.awt.headless=true'];
  return {
    name: 'Kafka',
    address: `${host}:${port}`,
    listens: [
      [host, port],
      ['127.0.0.1', place.controllerPort],
    ],
    log: join(folder, 'kafka.log'),
    folder,
    command: [java, ...memory, LOG4J, '-cp', classPath, 'kafka.Kafka', properties],
    answers: async () => (await canConnect(host, port)) && (await answersAs(clusterId, `${host}:${port}`)),
  };
}

function ofThisPlace({ folder, host, port, controllerPort }: KafkaPlace): string {
  return [
    '',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://${host}:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://${host}:${port}`,
    `log.dirs=${join(folder, 'data')}`,
    '',
  ].join('\n');
}

/** The cluster's id: a new one the first time, by which we know our own broker from any other. */
async function formatOnce({ java, classPath, folder }: KafkaPlace, properties: string): Promise<string> {
  const kept = join(folder, 'data', 'meta.properties');
  if (!existsSync(kept)) {
    const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
    const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', LOG4J, '-cp', classPath];
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '--config', properties];
    await promisify(execFile)(java, [...quick, ...format]);
  }
  const id = /^cluster\.id=(.+)$/m.exec(await readFile(kept, 'utf8'))?.[1];
  if (id === undefined) throw new Error(`${kept} names no cluster.id`);
  return id;
}

/** False while it starts (no broker in its metadata yet, or no answer). Throws when it is another cluster. */
async function answersAs(clusterId: string, address: string): Promise<boolean> {
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    if (cluster.clusterId !== clusterId)
      throw new Stranger(`another Kafka (${cluster.clusterId}) is at ${address}`);
    return cluster.brokers.length === 1;
  } catch (error) {
    if (error instanceof Stranger) throw error;
    return false;
  } finally {
    await admin.disconnect();
  }
}

class Stranger extends Error {}
