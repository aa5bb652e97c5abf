// A log that takes nothing for a while: what comes in then waits on the disk, in order, and overtakes nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readAll } from '../../eventing/announced.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log, Message } from '../../eventing/log.ts';
import { rawTweets } from '../../eventing/topics.ts';
import { keepInSpool } from '../../tracker/keeping.ts';
import { openSpool, type Spool } from '../../tracker/spool.ts';

const [FLOOD, STORM] = [rawTweets('flood').name, rawTweets('storm').name];
const NEVER = new AbortController().signal;

let dir: string;
let log: Log;
let spool: Spool;
const away = new Set<string>();
const said: string[] = [];
/** how many messages each write had that the log took */
const taken: number[] = [];

const open = (maxBytes = 2 ** 30): Promise<Spool> =>
  openSpool({ dir: join(dir, 'spool'), maxBytes, log: outed(log), report: (message) => said.push(message) });

/** The same log, while the topics in `away` take nothing. */
const outed = (real: Log): Log => ({
  ...real,
  async append(messages) {
    const stuck = messages.find(({ topic }) => away.has(topic));
    if (stuck !== undefined) throw new Error(`no leader for ${stuck.topic}`);
    await real.append(messages);
    taken.push(messages.length);
  },
});

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'epicenter-spool-'));
  log = await openEmbeddedLog(join(dir, 'log'));
  for (const code of ['flood', 'storm']) await log.createTopic(rawTweets(code));
  spool = await open();
});

afterEach(async () => {
  away.clear();
  said.length = 0;
  await spool.close();
  await log.close();
  rmSync(dir, { recursive: true });
});

const message = (topic: string, text: string): Message => ({
  topic,
  key: text,
  headers: { ce_id: text },
  value: Buffer.from(text),
});

async function texts(topic: string): Promise<string[]> {
  const read: string[] = [];
  await readAll(log, topic, ({ value, headers }) => {
    expect(headers['ce_id']).toBe(Buffer.from(value!).toString());
    read.push(Buffer.from(value!).toString());
  });
  return read;
}

const keeping = () => keepInSpool(outed(log), spool, (problem) => said.push(String(problem)));
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => String(from + n));

describe('A spool', () => {
  it('keeps what the log does not take and brings it there in order, before what came later', async () => {
    const keep = keeping();
    for (const n of numbers(0, 5)) await keep([message(FLOOD, n)]);
    away.add(FLOOD);
    for (const n of numbers(5, 40)) await keep([message(FLOOD, n)]);
    expect(spool.holds(FLOOD)).toBe(true);
    expect(spool.bytes()).toBeGreaterThan(0);
    away.clear();
    for (const n of numbers(40, 60)) await keep([message(FLOOD, n)]);
    await spool.drained(NEVER);
    for (const n of numbers(60, 65)) await keep([message(FLOOD, n)]);
    expect(await texts(FLOOD)).toEqual(numbers(0, 65));
    expect(spool.bytes()).toBe(0);
    expect(said).toEqual([
      'The log takes no records: what comes in waits in the spool.',
      'The log takes records again; the spool is empty.',
    ]);
  });

  it('holds up no topic but the one that is stuck', async () => {
    const keep = keeping();
    away.add(FLOOD);
    await keep([message(FLOOD, 'a')]);
    await keep([message(FLOOD, 'b'), message(STORM, 'c')]);
    await keep([message(STORM, 'd')]);
    await vi.waitFor(async () => expect(await texts(STORM)).toEqual(['c', 'd']), 5_000);
    expect(await texts(FLOOD)).toEqual([]);
    away.clear();
    await spool.drained(NEVER);
    expect(await texts(FLOOD)).toEqual(['a', 'b']);
  });

  it('brings what has come together in few writes', async () => {
    const keep = keeping();
    away.add(FLOOD);
    for (const n of numbers(0, 200)) await keep([message(FLOOD, n)]);
    taken.length = 0;
    away.clear();
    await spool.drained(NEVER);
    expect(await texts(FLOOD)).toEqual(numbers(0, 200));
    expect(taken.length).toBeLessThan(10);
  });

  it('is still there after its process, with all that was acknowledged', async () => {
    const keep = keeping();
    away.add(FLOOD).add(STORM);
    for (const n of numbers(0, 30)) await keep([message(FLOOD, n), message(STORM, n)]);
    await spool.close();
    spool = await open();
    expect([spool.holds(FLOOD), spool.holds(STORM)]).toEqual([true, true]);
    away.clear();
    await spool.drained(NEVER);
    expect(await texts(FLOOD)).toEqual(numbers(0, 30));
    expect(await texts(STORM)).toEqual(numbers(0, 30));
    await spool.close();
    spool = await open();
    expect(spool.holds(FLOOD)).toBe(false);
  });

  it('that is full refuses, saying so, and takes more when it has emptied', async () => {
    await spool.close();
    spool = await open(400_000);
    away.add(FLOOD);
    const keep = keeping();
    const big = (n: number): Message => ({ ...message(FLOOD, `${n}`), value: Buffer.alloc(10_000, `${n} `) });
    const appended = async (): Promise<number> => {
      for (let n = 0; ; n += 1)
        await spool.append([big(n)]).catch(() => Promise.reject(new Error(`full at ${n}`)));
    };
    await expect(appended()).rejects.toThrow(/full at [1-9]\d/);
    await expect(spool.append([big(0)])).rejects.toThrow(/spool is full.*400000/);
    const kept = keep([message(FLOOD, 'late')]);
    await vi.waitFor(() => expect(said.join()).toContain('Neither the log nor the spool takes records'));
    away.clear();
    await kept;
    await spool.drained(NEVER);
    const last: string[] = [];
    await readAll(log, FLOOD, ({ key }) => last.push(key));
    expect(last.at(-1)).toBe('late');
  });
});
