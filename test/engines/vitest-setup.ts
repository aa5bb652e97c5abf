// Once for every run with a *.engines.test.ts in it: the engines whose addresses are in the environment, or our own
// on throw-away data. Without Java and Maven the tests are skipped; with CI=true they fail.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { EngineAddresses } from './addresses.ts';
import type { Availability } from './available.ts';
import type { Engine } from './engine.ts';
import { prepareTools, startCassandra, startKafka } from './engines.ts';
import { ToolMissing } from './java.ts';

/** Returns what ends them when everything has run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), 'epicenter-engines-'));
  const started: Promise<Engine>[] = [];
  const tools = prepareTools();
  const own = await attempt(async () => void (await tools));
  const shared = await attempt(async () => {
    const { KAFKA_BROKERS, CASSANDRA_CONTACT_POINTS } = process.env;
    if (!KAFKA_BROKERS || !CASSANDRA_CONTACT_POINTS) await tools;
    const kafka = KAFKA_BROKERS || address(startKafka({ dir }, await tools), started);
    const cassandra = CASSANDRA_CONTACT_POINTS || address(startCassandra({ dir }, await tools), started);
    return addresses(await kafka, await cassandra);
  });
  project.provide('ownEngines', own);
  project.provide('sharedEngines', shared);
  return async () => {
    for (const engine of await Promise.allSettled(started)) {
      if (engine.status === 'fulfilled') await engine.value.kill();
    }
    await rm(dir, { recursive: true, force: true });
  };
}

async function address(engine: Promise<Engine>, started: Promise<Engine>[]): Promise<string> {
  started.push(engine);
  return (await engine).address;
}

function addresses(KAFKA_BROKERS: string, CASSANDRA_CONTACT_POINTS: string): EngineAddresses {
  return {
    kafkaBrokers: list(KAFKA_BROKERS),
    cassandra: list(CASSANDRA_CONTACT_POINTS),
    env: { KAFKA_BROKERS, CASSANDRA_CONTACT_POINTS },
  };
}

function list(text: string): string[] {
  return text.split(',').map((one) => one.trim());
}

async function attempt<T>(make: () => Promise<T>): Promise<Availability<T>> {
  try {
    return { state: 'there', value: await make() };
  } catch (error) {
    const state = error instanceof ToolMissing && process.env.CI !== 'true' ? 'skipped' : 'failed';
    return { state, reason: error instanceof Error ? error.message : String(error) };
  }
}
