// A whole tracker on the simulator: what it missed comes back by search, into the same rows.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastProgress, readAll } from '../../eventing/announced.ts';
import { decodeBatch, type Post } from '../../eventing/batch.ts';
import { eventChanged, fromRecord } from '../../eventing/cloud-events.ts';
import type { Note } from '../../eventing/collection.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { COLLECTION, FIXED_TOPICS, rawTweets } from '../../eventing/topics.ts';
import { normalise } from '../../functions/normalizer/normalise.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import { collect } from '../../tracker/collect.ts';
import type { Opening } from '../../tracker/open-source.ts';
import { xRules } from '../../tracker/x-api.ts';
import { xSearch } from '../../tracker/x-search.ts';
import { startSimulator, type Simulator } from '../../tracker/x-simulator/server.ts';
import { XSource } from '../../tracker/x-source.ts';
import { makeEvent } from '../factories.ts';

const flood = makeEvent({ code: 'flood', keywords: ['flood'] });
let dir: string;
let log: Log;
let simulator: Simulator;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'epicenter-gap-filling-'));
  log = await openEmbeddedLog(dir);
  for (const topic of FIXED_TOPICS) await log.createTopic(topic);
  simulator = await startSimulator({
    port: 0,
    seed: 1,
    posts: [],
    ruleDelayMs: 0,
    searchDelayMs: 0,
    keepAliveMs: 200,
  });
});

afterEach(async () => {
  await simulator.close();
  await log.close();
  rmSync(dir, { recursive: true });
});

async function collecting(againMs: number, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const address = { baseUrl: simulator.url, bearerToken: 'token' };
  const timing = { paceMs: 0, firstMs: 0, againMs };
  const search = xSearch({ ...address, ...timing, postsPerDay: 1_000 });
  const rules = xRules(simulator.url, 'token');
  const open = ({ budget, install }: Opening) =>
    new XSource({ ...address, name: 'x', install, rules, budget, search });
  const running = await collect(
    { log, spool: undefined, install: 'test', postsPerDay: undefined, open, report: () => undefined },
    stop.signal,
  );
  try {
    await work();
  } finally {
    stop.abort();
    await running?.stopped;
  }
}

async function notes(): Promise<Note[]> {
  const all: Note[] = [];
  await readAll(log, COLLECTION.name, (record) => {
    all.push(JSON.parse(Buffer.from(fromRecord(record)!.data).toString()) as Note);
  });
  return all;
}

async function posts(): Promise<Post[]> {
  const all: Post[] = [];
  await readAll(log, rawTweets('flood').name, (record) => {
    for (const post of decodeBatch(record.value!)) if ('message' in post) all.push(post);
  });
  return all;
}

const idOf = ({ message }: Post): string =>
  (JSON.parse(Buffer.from(message).toString()) as { data: { id: string } }).data.id;
const until = (condition: () => Promise<boolean>) => expect.poll(condition, { timeout: 20_000 }).toBe(true);
const has = (id: string) => until(async () => (await posts()).some((post) => idOf(post) === id));
const noted = async (kind: Note['kind'], words = ''): Promise<number> =>
  (await notes()).filter((note) => note.kind === kind && JSON.stringify(note).includes(words)).length;

/** Until the gaps of an outage are closed: the first post that comes shows that a rule is in force. */
const closed = (count: number) =>
  until(async () => {
    simulator.push('flood now');
    return (await noted('gap.closed')) >= count;
  });

describe('a tracker with a search', () => {
  it('brings back what it missed, across a restart, and a post that came both ways is the stream’s row', async () => {
    await log.append([eventChanged('test', flood)]);
    let both = '';
    await collecting(0, async () => {
      await closed(1);
      both = simulator.push('flood heard');
      await has(both);
      await until(async () => (await noted('gap.filled', 'Searched')) === 1);
    });
    const missed = simulator.push('flood missed');
    await collecting(3_600_000, async () => {
      await closed(2);
      await has(missed);
    });
    // Stopped before the second round of its search, which is left to the next one.
    const left = (await lastProgress(log)).get('test')!.search!;
    expect(left.fills.map(({ event, round }) => [event, round])).toEqual([['flood', 2]]);
    expect(left.spent.today).toBeGreaterThan(0);

    const copies = (await posts()).filter((post) => idOf(post) === both).map(({ envelope }) => envelope.via);
    expect(new Set(copies)).toEqual(new Set(['stream', 'search']));
    for (const order of ['as it came', 'backwards']) {
      const store = await openSqliteStore(join(dir, order));
      const all = await posts();
      for (const post of order === 'backwards' ? all.toReversed() : all) {
        const made = normalise('flood', post);
        if ('tweet' in made) await store.saveTweets([made.tweet]);
      }
      const { tweets } = await store.tweets('flood', { limit: 1_000 });
      const ways = new Map(tweets.map(({ t_id, via }) => [t_id, via]));
      expect([ways.get(both), ways.get(missed)]).toEqual(['stream', 'search']);
      await store.close();
    }
  });

  it('lets go of an archived event only when nothing more is searched for it', async () => {
    await log.append([eventChanged('test', flood)]);
    await collecting(3_600_000, async () => {
      await closed(1);
      await until(async () => (await noted('gap.filled', 'asks once more')) === 1);
      await log.append([eventChanged('test', { ...flood, status: 'archived', version: 2 })]);
      await until(async () => (await noted('event.released')) === 1);
    });
    const kinds = (await notes()).map((note) =>
      JSON.stringify(note).includes('archived') ? 'stopped' : note.kind,
    );
    expect(kinds.slice(-2)).toEqual(['stopped', 'event.released']);
    expect((await lastProgress(log)).get('test')!.search!.fills).toEqual([]);
  });

  it('looks back once for a new event that asks for it', async () => {
    const old = simulator.push('flood before');
    const collectSince = new Date(Date.now() - 3_600_000).toISOString();
    await log.append([eventChanged('test', { ...flood, createdAt: new Date().toISOString(), collectSince })]);
    await collecting(0, async () => {
      await has(old);
      await closed(2);
      await until(async () => (await noted('gap.filled', 'Searched')) === 2);
    });
    const recovered = (await notes()).flatMap((note) =>
      note.kind === 'gap.filled' && note.from === collectSince ? [note.recovered] : [],
    );
    expect(Math.max(...recovered)).toBe(1);
    await collecting(0, () => closed(3));
    expect(await noted('gap.closed', collectSince)).toBe(1);
  });
});
