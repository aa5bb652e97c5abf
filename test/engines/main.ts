// `npm run engines`: Kafka and Cassandra for a developer, at their usual ports, data kept under DATA_DIR.
import { join } from 'node:path';
import { startEngines, type Engines } from './engines.ts';

const PORTS = { kafka: 9092, kafkaController: 9093, cassandra: 9042, cassandraStorage: 7000 };

const dir = join(process.env.DATA_DIR || 'data', 'engines');
let engines: Engines | null = null;
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());

say(`Starting Kafka and Cassandra on ${dir} …`);
try {
  engines = await startEngines({ dir, ports: PORTS });
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
say('Both answer. For the processes that use them:');
process.stdout.write(`export KAFKA_BROKERS=${engines.kafka.address}\n`);
process.stdout.write(`export CASSANDRA_CONTACT_POINTS=${engines.cassandra.address}\n`);
say('Ctrl-C stops both.');
const end = await Promise.race([
  engines.kafka.ended().then((how) => `Kafka ended (${how})`),
  engines.cassandra.ended().then((how) => `Cassandra ended (${how})`),
]);
if (!stopping) {
  say(`${end}: stopping; the logs are below ${dir}`);
  await engines.stop();
  process.exit(1);
}

/** In order the first time; a second time, or while they start, at once (what was acknowledged is on disk either way). */
async function stop(): Promise<void> {
  if (stopping || !engines) process.exit(130);
  stopping = true;
  say('Stopping both; Ctrl-C again ends them at once.');
  await engines.stop();
  process.exit(0);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
