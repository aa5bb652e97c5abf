// Plays one script: posts flow all the time, the script's steps happen one after the other, and then what is there is read.
import { setTimeout as sleep } from 'node:timers/promises';
import { eventChanged } from '../../eventing/cloud-events.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import { shifted, systemClock } from '../../tracker/x-simulator/clock.ts';
import { startSimulator, type Simulator } from '../../tracker/x-simulator/server.ts';
import { randomFrom, type Random } from '../bench/random.ts';
import { makeEvent } from '../factories.ts';
import { gapsOf, lostIn, type Pushed, type Run, type Trouble, type Version } from './faults-check.ts';
import { idsOf, notesOf } from './faults-read.ts';
import { WORDS, type Script, type Step } from './faults-script.ts';
import { trackerApart, trackerHere, type RunningTracker } from './faults-tracker.ts';

/** how many events are there when it begins */
const FIRST_EVENTS = 2;
const EVERY_MS = 10;
const RECONNECTED_MS = 6_000;
const AFTERWARDS_MS = 1_500;
const STORED_MS = 10_000;
const AGE_MS = 600_000;
const STARTED_MS = 60_000;

interface Stage {
  readonly script: Script;
  readonly simulator: Simulator;
  readonly log: Log;
  readonly tracker: RunningTracker;
  readonly troubles: Trouble[];
  readonly versions: Map<string, Version[]>;
  readonly pushed: Pushed[];
}

/** What came of it; the tracker and the simulator are gone. */
export async function play(script: Script, seed: number, dir: string): Promise<Run> {
  const log = await openEmbeddedLog(dir);
  for (const topic of FIXED_TOPICS) await log.createTopic(topic);
  const simulator = await startSimulator({
    port: 0,
    seed,
    posts: [],
    keepAliveMs: 500,
    ruleDelayMs: script.ruleDelayMs,
    clock: shifted(systemClock, script.aheadMs),
  });
  const place = { url: simulator.url, log, dir };
  const kills = script.steps.some(({ step }) => step.do === 'kill');
  const tracker = kills ? trackerApart(place) : trackerHere(place);
  const stage: Stage = {
    script,
    simulator,
    log,
    tracker,
    troubles: [],
    versions: new Map(),
    pushed: [],
  };
  const feeding = setInterval(feeder(stage, randomFrom(seed + 1)), EVERY_MS);
  try {
    trouble(stage, 'start', undefined);
    await act(stage);
    simulator.fault({ do: 'heal' });
    if (kills) await until(() => simulator.state().connected, STARTED_MS);
    await sleep(AFTERWARDS_MS);
    clearInterval(feeding);
    return await result(stage);
  } finally {
    clearInterval(feeding);
    await tracker.stop();
    await simulator.close();
    await log.close();
  }
}

const nowAt = ({ script }: Stage): number => Date.now() + script.aheadMs;

function trouble(stage: Stage, kind: Trouble['kind'], code: string | undefined): void {
  stage.troubles.push({ kind, code, at: nowAt(stage) });
}

/** One to three posts, each with one or two of the words, in characters of one to four bytes. */
function feeder(stage: Stage, random: Random): () => void {
  let nth = 0;
  return () => {
    for (let left = 1 + random.int(3); left > 0; left -= 1) {
      nth += 1;
      const words = [random.pick(WORDS), ...(random.chance(0.3) ? [random.pick(WORDS)] : [])];
      const text = `${words.join(` №${nth} 🌊 ${'é'.repeat(random.int(200))} `)} ${nth}`;
      const at = nowAt(stage);
      stage.pushed.push({ id: stage.simulator.push(text), at, words });
    }
  };
}

async function act(stage: Stage): Promise<void> {
  for (const [nth, { step, waitMs }] of stage.script.steps.entries()) {
    await take(stage, step);
    // The first events are there when it begins: what goes wrong before anything works is no loss.
    if (nth === FIRST_EVENTS - 1) await until(() => stage.simulator.state().delivered > 20, STARTED_MS);
    else if (waitMs === undefined) await until(() => stage.simulator.state().connected, RECONNECTED_MS);
    if (waitMs !== undefined) await sleep(waitMs);
  }
}

async function take(stage: Stage, step: Step): Promise<void> {
  switch (step.do) {
    case 'event':
      return announce(stage, step.code, step.keywords);
    case 'kill':
      trouble(stage, 'kill', undefined);
      return stage.tracker.killAndRestart();
    default:
      if (step.stops) trouble(stage, 'stop', undefined);
      stage.simulator.fault(...step.commands);
  }
}

async function announce(stage: Stage, code: string, keywords: readonly string[]): Promise<void> {
  const versions = stage.versions.get(code) ?? [];
  const updatedAt = new Date().toISOString();
  // Gaps of an event that is no older than they are begin with it; only the third is so young.
  const ageMs = code === 'c' ? 0 : AGE_MS;
  const createdAt = new Date((versions[0]?.at ?? nowAt(stage)) - stage.script.aheadMs - ageMs).toISOString();
  trouble(stage, 'words', code);
  stage.versions.set(code, [...versions, { at: nowAt(stage), keywords }]);
  const version = versions.length + 1;
  const event = makeEvent({ code, keywords: [...keywords], version, createdAt, updatedAt });
  await stage.log.append([eventChanged('test', event)]);
}

/** Whether it was so in time. */
async function until(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(50)) {
    if (await isSo()) return true;
  }
  return false;
}

/** What is there when everything is, or when it should long have been. */
async function result(stage: Stage): Promise<Run> {
  const endedAt = nowAt(stage);
  let run = await seen(stage, endedAt);
  await until(async () => {
    run = await seen(stage, endedAt);
    return lostIn(run).length === 0;
  }, STORED_MS);
  return run;
}

async function seen(stage: Stage, endedAt: number): Promise<Run> {
  const { script, simulator, troubles, versions, log } = stage;
  const first = simulator.expected()[0]?.at;
  if (first === undefined) throw new Error('X never had a rule to deliver posts for');
  const stored = new Map<string, Set<string>>();
  for (const code of versions.keys()) stored.set(code, await idsOf(log, code));
  return {
    troubles,
    versions,
    stored,
    endedAt,
    gaps: gapsOf(await notesOf(log)),
    pushed: stage.pushed,
    // What came before any rule was in force nobody could have.
    since: first,
    prompt: !script.late,
    blurMs: script.aheadMs === 0 ? 0 : 1_000,
    ruleDelayMs: script.ruleDelayMs,
  };
}
