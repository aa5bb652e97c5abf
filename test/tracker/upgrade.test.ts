// The tracker's process while posts stream in: told to stop, and started again as an upgrade does it.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventChanged } from '../../eventing/cloud-events.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import { makeEvent } from '../factories.ts';
import { kill, startNode, tempDir, type Started } from '../journey/running.ts';
import { gapsOf } from './faults-check.ts';
import { idsOf, notesOf } from './faults-read.ts';
import { simulate, type Simulated } from './x-simulator-calls.ts';

const CLOSES_WITHIN_MS = 1_000;
const UPGRADE_MS = 15_000;
/** A post that was sent so long ago was read. */
const READ_MS = 500;
/** 600 posts a second */
const EVERY_MS = 10;
const AT_ONCE = 6;

let dir: ReturnType<typeof tempDir>;
let log: Log;
let x: Simulated;
let feeding: NodeJS.Timeout;
const running: Started[] = [];

beforeEach(async () => {
  dir = tempDir('upgrade');
  log = await openEmbeddedLog(dir.path);
  for (const topic of FIXED_TOPICS) await log.createTopic(topic);
  await log.append([eventChanged('test', makeEvent({ code: 'flood' }))]);
  x = await simulate({ posts: [], keepAliveMs: 500 });
  feeding = setInterval(() => {
    for (let nth = 0; nth < AT_ONCE; nth += 1) x.push(`the flood ${'rises '.repeat(200)}`);
  }, EVERY_MS);
});
afterEach(async () => {
  clearInterval(feeding);
  for (const one of running.splice(0)) await kill(one);
  await x.close();
  await log.close();
  dir[Symbol.dispose]();
});

function begin(): Started {
  const env = {
    SOURCE: 'x',
    X_API_URL: x.url,
    X_BEARER_TOKEN: 'token',
    X_SEARCH_POSTS_PER_DAY: '0',
    INSTALL: 'test',
  };
  const started = startNode(['tracker/main.ts'], { ...env, DATA_DIR: dir.path });
  running.push(started);
  return started;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await isSo()); await sleep(20)) {
    if (Date.now() > end) throw new Error('it did not come true within 30 s');
  }
}

describe('the tracker’s process', () => {
  it(
    'ends within a second of SIGTERM in the midst of a stream, with all that it received',
    { timeout: 60_000 },
    async () => {
      const tracker = begin();
      await until(async () => (await idsOf(log, 'flood')).size > 1_000);
      const told = Date.now();
      tracker.process.kill('SIGTERM');
      expect(await tracker.ended, tracker.err()).toBe(143);
      expect(Date.now() - told).toBeLessThan(CLOSES_WITHIN_MS);
      await until(() => !x.state().connected);

      const stored = await idsOf(log, 'flood');
      const sent = x.expected().filter((post) => post.sent > 0);
      const last = sent.findLastIndex(({ id }) => stored.has(id));
      expect(sent.slice(0, last).filter(({ id }) => !stored.has(id))).toEqual([]);
      expect(sent[last]!.at).toBeGreaterThan(told - READ_MS);
      const [gap] = gapsOf(await notesOf(log))
        .get('flood')!
        .filter(({ to }) => to === Infinity);
      expect(gap!.from).toBeLessThan(sent[last]!.at);
    },
  );

  it('leaves a gap of less than 15 s when another one takes its place', { timeout: 60_000 }, async () => {
    const before = begin();
    await until(async () => (await idsOf(log, 'flood')).size > 1_000);
    before.process.kill('SIGTERM');
    await before.ended;
    const had = (await idsOf(log, 'flood')).size;
    begin();
    await until(async () => (await idsOf(log, 'flood')).size > had + 1_000);
    const gaps = () => notesOf(log).then((notes) => gapsOf(notes).get('flood')!);
    await until(async () => (await gaps()).every(({ to }) => to < Infinity));

    const [upgrade, ...others] = (await gaps()).filter(({ reason }) => reason === 'The tracker was stopped.');
    expect(others).toEqual([]);
    expect(upgrade!.to - upgrade!.from).toBeLessThan(UPGRADE_MS);
    const stored = await idsOf(log, 'flood');
    const missed = x.expected().filter(({ id, at }) => !stored.has(id) && at < Date.now() - READ_MS);
    expect(missed.length).toBeGreaterThan(0);
    expect(missed.filter(({ at }) => at < upgrade!.from || at > upgrade!.to)).toEqual([]);
  });
});
