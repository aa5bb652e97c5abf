// A tracker at 5,000 posts/s for long: node test/bench/soak.ts [MINUTES (10)] [--kafka-away]. One JSON object every ten seconds: what is
// resident, what waits in the spool, and over how many connections; at the end, what was read. With --kafka-away a Kafka of our
// own is killed once the tracker collects, and comes back after the time: then also how long the spool takes to empty.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openKafkaLog } from '../../eventing/kafka.ts';
import { kafkaSettings } from '../../eventing/kafka-settings.ts';
import type { Engine } from '../engines/engine.ts';
import { prepareTools, startKafka } from '../engines/engines.ts';
import { inFolder, residentMb } from './journey.ts';
import { fed, lastWord, type Fed } from './tracker.ts';

const RATE = '5000';
const SAMPLE = 5_000;
const EVERY_MS = 10_000;
const SETTLED_MS = 10_000;
const DRAINED_WITHIN_MS = 10 * 60_000;
const SPOOL_MAX_BYTES = `${16 * 2 ** 30}`;

const { values, positionals } = parseArgs({
  options: { 'kafka-away': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const minutes = Number(positionals[0] ?? 10);
await (values['kafka-away']
  ? withoutKafka()
  : inFolder('v2', SAMPLE, 3, (_, file) => fed(file, RATE, (on) => embedded(on))));

async function watch(on: Fed): Promise<void> {
  for (const end = Date.now() + minutes * 60_000; Date.now() < end; await setTimeout(EVERY_MS)) {
    const spool = await sizeOf(join(on.folder, 'spool'));
    const { connections } = (await (await fetch(`${on.url}/simulator`)).json()) as { connections: number };
    const spoolMb = Math.round(spool / 1e6);
    say({ seconds: seconds(on.begun), residentMb: residentMb(on.tracker), spoolMb, connections });
  }
}

async function embedded(on: Fed): Promise<void> {
  await watch(on);
  await told(on);
}

async function withoutKafka(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'epicenter-soak-'));
  const kafka = await startKafka({ dir }, await prepareTools());
  const env = { KAFKA_BROKERS: kafka.address, SPOOL_MAX_BYTES };
  const settings = kafkaSettings(env);
  if (settings === undefined) throw new Error('Kafka has no address');
  const log = await openKafkaLog(settings, () => undefined);
  try {
    await inFolder('v2', SAMPLE, 3, (_, file) =>
      fed(
        file,
        RATE,
        (on) => away(kafka, on),
        async () => ({ log, env }),
      ),
    );
  } finally {
    await kafka.kill();
    await rm(dir, { recursive: true });
  }
}

async function away(kafka: Engine, on: Fed): Promise<void> {
  await setTimeout(SETTLED_MS);
  await kafka.kill();
  await watch(on);
  await kafka.restart();
  const back = Date.now();
  while ((await lastWord(on.log))?.spoolBytes !== 0 || seconds(back) < SETTLED_MS / 1_000) {
    if (Date.now() - back > DRAINED_WITHIN_MS) throw new Error('the spool did not empty within ten minutes');
    await setTimeout(1_000);
  }
  say({ drainedInSeconds: seconds(back) });
  await told(on);
}

/** Within five seconds a tracker says how far it got. */
async function told(on: Fed): Promise<void> {
  await setTimeout(SETTLED_MS);
  const read = (await lastWord(on.log))?.read;
  say({ seconds: seconds(on.begun), read, residentMb: residentMb(on.tracker) });
}

/** Of the files in a folder, in bytes; 0 where there is none. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(names.map((name) => stat(join(folder, name))));
  return files.reduce((sum, { size }) => sum + size, 0);
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1_000);
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
