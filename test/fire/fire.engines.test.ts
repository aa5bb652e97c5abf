// The promise under fire: posts of three overlapping events stream in while one part after the other is killed, stopped or gone.
// FIRE_ROUNDS (default 1) is how often each fault strikes, every round on a system of its own; FIRE_SEED repeats a run's moments.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFailed, vi } from 'vitest';
import { COLLECTION, DEAD_LETTERS } from '../../eventing/topics.ts';
import { codeOf } from '../../sql/crisis-event.ts';
import type { Gap } from '../../sql/ledger.ts';
import { eventOfStrand } from '../../tracker/x-simulator/sample-events.ts';
import { ruleValues } from '../../tracker/x-rules.ts';
import { randomFrom } from '../bench/random.ts';
import { readAll } from '../contracts/log-tools.ts';
import { describeWithOwnEngines } from '../engines/addresses.ts';
import { keptIn } from '../journey/kept.ts';
import { compare, NOTHING, recordingReader, sentOf, type Outage } from './checking.ts';
import { faults } from './faults.ts';
import { startSystem, type System, type Wanted } from './system.ts';

const ROUNDS = Number(process.env['FIRE_ROUNDS'] ?? 1);
const SEED = Number(process.env['FIRE_SEED'] ?? Date.now() % 1_000_000_000);
const POSTS = 5_200;
const LATEST_STRIKE_MS = 8_000;
const AFTERWARDS_MS = 3_000;
// A machine that has much else to do is no failure.
const PATIENCE_MS = 900_000;
const SETTLED = { timeout: 300_000, interval: 250 };

const { flood, dam, power } = eventOfStrand;
// The third has words of all: most posts belong to two events, some to three.
const waters = [...flood.keywords.slice(0, 8), ...dam.keywords.slice(0, 6), 'blackout', 'apagón', '停電'];
const wanted: readonly Wanted[] = [
  { name: flood.name, keywords: flood.keywords },
  { name: power.name, keywords: [...power.keywords, 'dam', 'flood'] },
  { name: 'Karvelle in trouble', keywords: waters },
].map((event) => ({ ...event, code: codeOf(event.name) }));

describeWithOwnEngines('Epicenter under fire', () => {
  for (let round = 1; round <= ROUNDS; round += 1)
    describe(`in round ${round}`, () => fire(SEED + round - 1));
});

function fire(seed: number): void {
  let system: System;
  let read: ReturnType<typeof recordingReader>;
  const found = new Map(wanted.map(({ code }) => [code, NOTHING]));
  const outages: Outage[] = [];
  /** the ledger as it must be */
  let ledger = new Map<string, readonly Gap[]>();
  let broken = false;

  beforeAll(async () => {
    system = await startSystem(wanted, seed);
    read = recordingReader(system.simulator.record);
    ledger = await closedGaps(system);
    await system.simulator.pause();
    await settled(system);
    outages.push({ from: 0, to: Date.now() });
    await look();
  }, PATIENCE_MS);
  afterAll(() => system[Symbol.asyncDispose]());

  /** Compares all that was sent since the last look. In words what there was. */
  async function look(): Promise<string> {
    const recorded = read();
    const sent = sentOf(recorded);
    const rules = await system.simulator.rules();
    const counts: string[] = [];
    for (const event of wanted) {
      const before = found.get(event.code)!;
      const tag = rules.get(ruleValues(event.keywords)[0]!)!;
      const kept = await keptIn(system.store, event.code);
      const { problems, found: now } = compare({ event, tag, sent, outages, before }, kept);
      expect(problems.slice(0, 20), `${event.code}: ${problems.length} problems`).toEqual([]);
      found.set(event.code, now);
      counts.push(`${now.ids.size - before.ids.size} (${now.unheard - before.unheard} in a gap)`);
    }
    return `${recorded.length} posts sent, ${counts.join(' + ')} rows`;
  }

  it.for(faults.map((fault, index) => ({ ...fault, index })))(
    'keeps its promise through $name',
    { timeout: PATIENCE_MS },
    async ({ index, ...fault }, { skip }) => {
      if (broken) skip('an earlier fault of this round broke the system');
      const chance = randomFrom(seed * 100 + index);
      onTestFailed(() => {
        broken = true;
        tellWhatHappened(system, fault.name, seed);
      });
      const { generated } = await system.simulator.state();
      await system.simulator.resume();
      const wait = chance.int(LATEST_STRIKE_MS);
      await sleep(wait);
      const outage = await fault.strike(system, chance);
      await sleep(AFTERWARDS_MS);
      await vi.waitFor(async () => {
        expect((await system.simulator.state()).generated - generated).toBeGreaterThan(POSTS);
      }, SETTLED);
      await system.simulator.pause();
      const paused = Date.now();
      await settled(system);
      const settledMs = Date.now() - paused;
      const gaps = await closedGaps(system);
      if (outage) outages.push(outage);
      const told = await look();
      checkGaps(gaps, outage ?? undefined);
      ledger = gaps;
      expect(await readAll(system.log, DEAD_LETTERS.name)).toEqual([]);
      process.stdout.write(`${fault.name} after ${wait} ms: ${told}; settled in ${settledMs} ms\n`);
    },
  );

  it('ends in order when asked to, with nothing but what was sent', async ({ skip }) => {
    if (broken) skip('a fault of this round broke the system');
    for (const { code } of wanted) expect(await system.store.total(code)).toBe(found.get(code)!.ids.size);
    expect(await system.stop()).toEqual({ tracker: 143, controller: 0, eventApi: 0 });
  });

  /** The gaps that are new are the one that happened, of each event; without one there is no new gap. */
  function checkGaps(gaps: ReadonlyMap<string, readonly Gap[]>, outage: Outage | undefined): void {
    for (const { code } of wanted) {
      const old = ledger.get(code)!;
      const whole = old.map(({ from, to, reason }) => expect.objectContaining({ from, to, reason }));
      expect(gaps.get(code)).toEqual(expect.arrayContaining(whole));
      const fresh = gaps.get(code)!.filter(({ from }) => !old.some((one) => one.from === from));
      expect(fresh.length, JSON.stringify(fresh)).toBe(outage === undefined ? 0 : 1);
      if (outage === undefined) continue;
      expect(fresh[0]!.reason).toBe('The tracker was not running.');
      expect(Date.parse(fresh[0]!.from)).toBeLessThanOrEqual(outage.from);
      expect(Date.parse(fresh[0]!.to!)).toBeLessThanOrEqual(outage.to + AFTERWARDS_MS);
    }
  }
}

/** The stream is paused: until all that was received has been stored, and all that was noted, too. */
async function settled({ status, log }: System): Promise<void> {
  const began = Date.now();
  await vi.waitFor(async () => {
    const { tracker, events } = await status();
    expect(tracker).toMatchObject({ state: 'connected', spoolBytes: 0, problem: null });
    // What was received before it said so is where its readers' lag counts it.
    expect(Date.parse(tracker!.at)).toBeGreaterThan(began + 1_000);
    const idle = { lag: 0, deadLetters: 0 };
    expect(events).toEqual(Object.fromEntries(wanted.map(({ code }) => [code, idle])));
    expect(await log.lag('event-api', COLLECTION.name)).toBe(0);
  }, SETTLED);
}

/** Of each event, once none is open. */
async function closedGaps({ store }: System): Promise<Map<string, readonly Gap[]>> {
  return vi.waitFor(async () => {
    const gaps = new Map<string, readonly Gap[]>();
    for (const { code } of wanted) gaps.set(code, await store.gaps(code));
    for (const of of gaps.values()) {
      expect(of.length).toBeGreaterThan(0);
      expect(of.filter(({ to }) => to === null)).toEqual([]);
    }
    return gaps;
  }, SETTLED);
}

function tellWhatHappened({ tracker, controller, eventApi }: System, name: string, seed: number): void {
  process.stderr.write(`${name} failed; FIRE_SEED=${seed} has it strike at the same moment\n`);
  for (const [who, { said }] of Object.entries({ tracker, controller, eventApi }))
    process.stderr.write(`--- ${who}:\n${said().slice(-6_000)}\n`);
}
