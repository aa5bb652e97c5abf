// The tracker alone in its real process: how many posts a second go from a stream into the log, and what slow and fast streams
// cost. The simulator that feeds it is another process. Linux only, as journey.ts.
import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { lastProgress } from '../../eventing/announced.ts';
import { eventChanged } from '../../eventing/cloud-events.ts';
import type { Progress } from '../../eventing/collection.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import { makeEvent } from '../factories.ts';
import { type Corpus, madeEvents } from './corpora.ts';
import { coreShare, inFolder, most, residentMb, stopped } from './journey.ts';
import type { Result } from './rounds.ts';

const EVENTS = 3;
const INSTALL = 'bench';
const SLOW = { rate: 57, seconds: 30, warmUp: 10 };
const FAST = { rate: 5_000, seconds: 30, warmUp: 1 };
/** of what a paced stream is made of, over and over */
const SAMPLE = 5_000;
const ENDED_WITHIN_MS = 60_000;

/** Posts a second from the first byte sent to the last post durable: `n` of them, after as many to warm up. */
export async function measureTracker(corpus: Corpus, file: string, n: number): Promise<Result> {
  let value = 0;
  await fed(file, 'max', async ({ log, begun }) => {
    for (const end = Date.now() + ENDED_WITHIN_MS; (await readBy(log)) < 2 * n; await setTimeout(20)) {
      if (Date.now() > end) throw new Error(`the tracker has read ${await readBy(log)} posts of ${2 * n}`);
    }
    value = Math.round(n / ((Date.now() - begun) / 1_000));
  });
  return { name: `tracker-${corpus}`, value, unit: 'posts/s', n };
}

/** What 57 posts/s cost, in per cent of a core. */
export async function measureSlowTracker(): Promise<Result> {
  const n = SLOW.rate * SLOW.seconds;
  let share = 0;
  await inFolder('v2', SAMPLE, EVENTS, (_, file) =>
    fed(file, `${SLOW.rate}`, async ({ tracker }) => {
      await setTimeout(SLOW.warmUp * 1_000);
      share = await coreShare(tracker, SLOW.seconds);
    }),
  );
  return { name: 'cpu-tracker-57-v2', value: Math.round(share * 100) / 100, unit: '% of a core', n };
}

/** The most that is resident at 5,000 posts/s, and how much more that is in the last third than in the second. */
export async function measureFastTracker(): Promise<Result[]> {
  const samples: number[] = [];
  let n = 0;
  await inFolder('v2', SAMPLE, EVENTS, (_, file) =>
    fed(file, `${FAST.rate}`, async ({ tracker, log }) => {
      await setTimeout(FAST.warmUp * 1_000);
      for (const end = Date.now() + FAST.seconds * 1_000; Date.now() < end; await setTimeout(100)) {
        samples.push(residentMb(tracker));
      }
      n = await readBy(log);
    }),
  );
  const third = Math.floor(samples.length / 3);
  const growth = most(samples.slice(2 * third)) - most(samples.slice(third, 2 * third));
  return [
    { name: 'memory-tracker-5000-v2', value: most(samples), unit: 'MB', n },
    { name: 'memory-growth-tracker-5000-v2', value: growth, unit: 'MB', n },
  ];
}

interface Place {
  readonly log: Log;
  /** where a tracker finds it */
  readonly env: Readonly<Record<string, string>>;
}

export interface Fed {
  readonly log: Log;
  readonly tracker: ChildProcess;
  /** the tracker's own */
  readonly folder: string;
  /** of the simulator */
  readonly url: string;
  /** when the first byte was sent, ms since 1970 */
  readonly begun: number;
}

/** A tracker with three events on a stream of `file` while `work` lasts. */
export async function fed(
  file: string,
  rate: string,
  work: (fed: Fed) => Promise<void>,
  open: (folder: string) => Promise<Place> = embedded,
): Promise<void> {
  const folder = join(file, '..', 'tracker');
  const { log, env: own } = await open(folder);
  for (const topic of FIXED_TOPICS) await log.createTopic(topic);
  const events = madeEvents(EVENTS).map((event) => makeEvent(event));
  await log.append(events.map((event) => eventChanged('bench', event)));
  const feed = launch('tracker-feed.ts', [file, rate], {});
  const lines = createInterface(feed.stdout!)[Symbol.asyncIterator]();
  const url = String((await lines.next()).value);
  const env = { SOURCE: 'x', X_API_URL: url, X_BEARER_TOKEN: 'token', X_SEARCH_POSTS_PER_DAY: '0' };
  const tracker = launch('../../tracker/main.ts', [], { ...env, ...own, DATA_DIR: folder, INSTALL });
  try {
    await work({ log, tracker, folder, url, begun: Number((await lines.next()).value) });
  } finally {
    await Promise.all([stopped(tracker), stopped(feed)]);
    await log.close();
    rmSync(folder, { recursive: true });
  }
}

async function embedded(folder: string): Promise<Place> {
  return { log: await openEmbeddedLog(folder), env: {} };
}

function launch(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return spawn(process.execPath, [path, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
}

/** How many posts the tracker has read of which it knows that they are durable. */
async function readBy(log: Log): Promise<number> {
  return (await lastWord(log))?.read ?? 0;
}

export async function lastWord(log: Log): Promise<Progress | undefined> {
  return (await lastProgress(log)).get(INSTALL);
}
