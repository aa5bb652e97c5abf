import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announcedEvents, lastProgress, readAll } from '../../eventing/announced.ts';
import { decodeBatch } from '../../eventing/batch.ts';
import { eventChanged, fromRecord } from '../../eventing/cloud-events.ts';
import type { Note } from '../../eventing/collection.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { COLLECTION, FIXED_TOPICS, rawTweets } from '../../eventing/topics.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { collect, type Collecting } from '../../tracker/collect.ts';
import type { Opening } from '../../tracker/open-source.ts';
import { xRules } from '../../tracker/x-api.ts';
import { startSimulator, type Simulator } from '../../tracker/x-simulator/server.ts';
import { sampleEvents } from '../../tracker/x-simulator/sample-events.ts';
import { XSource } from '../../tracker/x-source.ts';
import { makeEvent } from '../factories.ts';

let dir: string;
let log: Log;
let simulator: Simulator;
let recorded: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'epicenter-collect-'));
  recorded = join(dir, 'recorded.jsonl');
  log = await openEmbeddedLog(dir);
  for (const topic of FIXED_TOPICS) await log.createTopic(topic);
  simulator = await startSimulator({ port: 0, seed: 7, rate: 100, ruleDelayMs: 0, record: recorded });
});

afterEach(async () => {
  await simulator.close();
  await log.close();
  rmSync(dir, { recursive: true });
});

/** Runs a tracker against the simulator while `work` does, then stops it and waits until nothing runs. */
async function collecting(work: (collecting: Collecting) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const rules = xRules(simulator.url, 'token');
  const options = { name: 'x', baseUrl: simulator.url, bearerToken: 'token', install: 'test' } as const;
  const open = ({ budget }: Opening) => new XSource({ ...options, rules, budget, search: null });
  const running = await collect(
    { log, spool: undefined, install: 'test', postsPerDay: undefined, open, report: () => undefined },
    stop.signal,
  );
  try {
    await work(running!);
  } finally {
    stop.abort();
    await running?.stopped;
  }
}

const idOf = (line: string): string => (JSON.parse(line) as { data: { id: string } }).data.id;

type GapNote = Extract<Note, { kind: 'gap.opened' | 'gap.closed' | 'gap.filled' }>;
const isGap =
  (kind: GapNote['kind']) =>
  (note: Note): note is GapNote =>
    note.kind === kind;

const announce = (event: CrisisEvent): Promise<void> => log.append([eventChanged('test', event)]);

async function notes(): Promise<Note[]> {
  const all: Note[] = [];
  await readAll(log, COLLECTION.name, (record) => {
    all.push(JSON.parse(Buffer.from(fromRecord(record)!.data).toString()) as Note);
  });
  return all;
}

async function messagesOf(code: string): Promise<string[]> {
  const messages: string[] = [];
  await readAll(log, rawTweets(code).name, (record) => {
    for (const post of decodeBatch(record.value!)) {
      if ('message' in post) messages.push(Buffer.from(post.message).toString());
    }
  });
  return messages;
}

const flood = makeEvent({ code: 'flood', keywords: [...sampleEvents[0]!.keywords] });
const dam = makeEvent({ code: 'dam', keywords: [...sampleEvents[1]!.keywords] });

describe('collect', () => {
  it('puts every post that the stream sent for an event into its topic, byte for byte and in order', async () => {
    await announce(flood);
    await announce(dam);
    await collecting(async () => {
      await expect
        .poll(async () => (await messagesOf('flood')).length, { timeout: 10_000 })
        .toBeGreaterThan(100);
    });
    const sent = new Set(
      readFileSync(recorded, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { line: string }).line),
    );
    for (const code of ['flood', 'dam']) {
      const messages = await messagesOf(code);
      expect(messages.filter((message) => !sent.has(message))).toEqual([]);
      const got = messages.map(idOf);
      expect(got.length).toBeGreaterThan(10);
      expect(new Set(got).size).toBe(got.length);
      expect(got).toEqual(got.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)));
    }
  });

  it('closes its first gap when the stream is there, and opens one for the time it was cut off', async () => {
    await announce(flood);
    await collecting(async () => {
      await expect
        .poll(async () => (await messagesOf('flood')).length, { timeout: 10_000 })
        .toBeGreaterThan(5);
      await fetch(`${simulator.url}/simulator/disconnect?how=reset`, { method: 'POST' });
      await expect
        .poll(async () => (await notes()).filter(({ kind }) => kind === 'gap.closed').length, {
          timeout: 10_000,
        })
        .toBe(2);
    });
    const gaps = (await notes()).filter(isGap('gap.closed'));
    for (const { from, to } of gaps) expect(Date.parse(to!)).toBeGreaterThanOrEqual(Date.parse(from));
  });

  it('follows a change of events while it runs', async () => {
    await announce(flood);
    await collecting(async () => {
      await announce(dam);
      await expect
        .poll(async () => (await messagesOf('dam').catch(() => [])).length, { timeout: 10_000 })
        .toBeGreaterThan(5);
      await announce({ ...dam, status: 'paused', version: 2 });
      await expect
        .poll(async () => (await xRules(simulator.url, 'token').list()).length, { timeout: 10_000 })
        .toBe(1);
      const paused = (await messagesOf('dam')).length;
      await expect
        .poll(async () => (await messagesOf('flood')).length, { timeout: 10_000 })
        .toBeGreaterThan(40);
      expect((await messagesOf('dam')).length).toBe(paused);
    });
  });

  it('says which keywords X refuses, and collects for the others', async () => {
    simulator.fault({ do: 'refuse-rules', containing: '"the"', reason: 'too common', times: 1_000 });
    await announce({ ...flood, keywords: [...flood.keywords, 'the'] });
    await collecting(async () => {
      await expect
        .poll(async () => (await lastProgress(log)).get('test')?.refused, { timeout: 10_000 })
        .toEqual([{ event: 'flood', keywords: ['the'], more: 0, reason: 'too common' }]);
      expect((await messagesOf('flood')).length).toBeGreaterThan(0);
    });
  });

  it('says when it has let go of an archived event, and in which version', async () => {
    await announce(flood);
    await collecting(async () => {
      await announce({ ...flood, status: 'archived', version: 2 });
      await expect
        .poll(notes, { timeout: 10_000 })
        .toContainEqual({ kind: 'event.released', event: 'flood', version: 2 });
    });
    expect(await xRules(simulator.url, 'token').list()).toEqual([]);
  });

  it('leaves its last word, from which the next one knows what was missed', async () => {
    await announce(flood);
    await collecting(async () => {
      await expect
        .poll(async () => (await messagesOf('flood')).length, { timeout: 10_000 })
        .toBeGreaterThan(5);
    });
    const last = (await lastProgress(log)).get('test');
    expect(last).toMatchObject({ source: 'x', state: 'stopped' });
    expect(Object.keys(last!.live!.gaps)).toEqual(['flood']);
    const open = (await notes()).findLast(isGap('gap.opened'));
    expect(open?.from).toBe(last!.live!.gaps['flood']?.from);
    await collecting(async () => {
      await expect
        .poll(async () => (await notes()).findLast(isGap('gap.closed'))?.from, {
          timeout: 10_000,
        })
        .toBe(open!.from);
    });
  });

  it('is not confused by an older version of an event', async () => {
    await announce({ ...flood, version: 2 });
    await announce({ ...flood, keywords: ['old'], version: 1 });
    expect((await announcedEvents(log)).get('flood')?.version).toBe(2);
  });
});
