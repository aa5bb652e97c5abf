// What goes wrong, one thing at a time. The moment is chance's; the stream goes on meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { Random } from '../bench/random.ts';
import type { Outage } from './checking.ts';
import { childrenOf, isThere } from './processes.ts';
import type { Simulator, System } from './system.ts';

export interface Fault {
  readonly name: string;
  /** Resolves when it is over: with the time in which nobody listened to the stream, if there was one. */
  readonly strike: (system: System, chance: Random) => Promise<Outage | void>;
}

const NORMALIZER = 'functions/normalizer/main.ts';
const STOPPED_MS = 30_000;
const AWAY_MS = 60_000;
const SPOOLING_MS = 5_000;
const SOON = { timeout: 60_000, interval: 50 };

export const faults: readonly Fault[] = [
  {
    name: 'SIGKILL of a normalizer',
    async strike({ controller }, chance) {
      const running = await vi.waitFor(() => {
        const [first, ...rest] = childrenOf(controller.pid(), NORMALIZER);
        if (first === undefined) throw new Error('no normalizer is awake');
        return [first, ...rest] as const;
      }, SOON);
      process.kill(chance.pick([...running]), 'SIGKILL');
    },
  },
  { name: 'SIGKILL of the event API', strike: ({ eventApi }) => eventApi.killAndRestart() },
  {
    name: 'SIGKILL of the controller',
    async strike({ controller }) {
      const orphans = childrenOf(controller.pid(), NORMALIZER);
      await controller.killAndRestart();
      await vi.waitFor(() => expect(orphans.filter(isThere)).toEqual([]), SOON);
    },
  },
  {
    name: 'SIGKILL and restart of the Kafka broker',
    async strike({ engines }) {
      await engines.kafka.kill();
      await engines.kafka.restart();
    },
  },
  {
    name: 'SIGKILL and restart of Cassandra',
    async strike({ engines }) {
      await engines.cassandra.kill();
      await engines.cassandra.restart();
    },
  },
  {
    name: 'Cassandra stopped for 30 s',
    async strike({ engines }) {
      engines.cassandra.pause();
      await sleep(STOPPED_MS);
      engines.cassandra.resume();
    },
  },
  {
    name: 'no broker for 60 s',
    async strike({ engines }) {
      await engines.kafka.kill();
      await sleep(AWAY_MS);
      await engines.kafka.restart();
    },
  },
  {
    name: 'SIGKILL of the tracker',
    strike: ({ tracker, simulator }) => unheard(simulator, () => tracker.killAndRestart()),
  },
  {
    // What the spool has was received, and is the first thing that the next tracker cares for.
    name: 'SIGKILL of the tracker while there is no broker',
    async strike({ engines, tracker, simulator }, chance) {
      await engines.kafka.kill();
      await sleep(SPOOLING_MS + chance.int(SPOOLING_MS));
      return unheard(simulator, async () => {
        await tracker.killAndRestart();
        await engines.kafka.restart();
      });
    },
  },
];

/** From the fault until there is another connection. */
async function unheard(simulator: Simulator, fault: () => Promise<void>): Promise<Outage> {
  const { connections } = await simulator.state();
  const from = Date.now();
  await fault();
  await vi.waitFor(
    async () => expect((await simulator.state()).connections).toBeGreaterThan(connections),
    SOON,
  );
  return { from, to: Date.now() };
}
