import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLogDatabase, openTables } from '../../eventing/embedded-database.ts';
import { sweepSlice } from '../../eventing/embedded-sweep.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { consumeUntil, lettered, message, readAll, text } from '../contracts/log-tools.ts';

const HOUR = 3_600_000;
const TWO_MINUTES = 120_000;
const topic = 'posts';
const spec = { name: topic, partitions: 1, compacted: false, retentionMs: HOUR, maxMessageBytes: 1_048_576 };

const pagesOf = (db: DatabaseSync): number => Number(db.prepare('PRAGMA page_count').get()?.['page_count']);

describe('EmbeddedLog, swept', () => {
  let dir: string;
  let log: Log;
  let db: DatabaseSync;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'epicenter-log-'));
    log = await openEmbeddedLog(dir);
    await log.createTopic(spec);
    db = openLogDatabase(join(dir, 'log.db'));
  });
  afterEach(async () => {
    db.close();
    await log.close();
    await rm(dir, { recursive: true });
  });

  const append = (letters: string): Promise<void> => log.append(lettered(topic, letters));
  const values = async (name = topic): Promise<(string | null)[]> => (await readAll(log, name)).map(text);
  const finish = (group: string, records: number): Promise<unknown> =>
    consumeUntil(log, { topic, group }, (handled) => handled.length === records);

  function sweepAfter(ms: number): void {
    const tables = openTables(db);
    while (sweepSlice(db, tables, Date.now() + ms) > 0);
  }

  it('removes what is older than the retention where no group reads', async () => {
    await append('abc');
    sweepAfter(HOUR - 60_000);
    expect(await values()).toEqual(['a', 'b', 'c']);
    sweepAfter(HOUR + 1);
    expect(await values()).toEqual([]);
  });

  it('never removes what a group has yet to finish, however old', async () => {
    await append('abcd');
    await finish('fast', 4);
    await finish('slow', 2);
    sweepAfter(1_000 * HOUR);
    expect(await values()).toEqual(['c', 'd']);
    expect(await log.lag('slow', topic)).toBe(2);
  });

  it('knows of a group that has begun and finished nothing', async () => {
    await append('ab');
    const failing = consumeUntil(log, { topic, group: 'g' }, () => {
      throw new Error('not yet');
    });
    await expect(failing).rejects.toThrow('not yet');
    sweepAfter(1_000 * HOUR);
    expect(await values()).toEqual(['a', 'b']);
  });

  it('keeps what every group finished two minutes, and gives later records later offsets', async () => {
    await append('ab');
    await finish('g', 2);
    sweepAfter(TWO_MINUTES - 60_000);
    expect(await values()).toEqual(['a', 'b']);
    sweepAfter(TWO_MINUTES + 1);
    expect(await values()).toEqual([]);
    await append('c');
    expect((await readAll(log, topic)).map((record) => record.offset)).toEqual([2]);
    expect(await log.lag('g', topic)).toBe(1);
  });

  it('keeps a topic without a retention for ever', async () => {
    await log.createTopic({ ...spec, name: 'kept', retentionMs: -1 });
    await log.append([message('kept', 'k', 'a')]);
    await consumeUntil(log, { topic: 'kept', group: 'g' }, () => true);
    sweepAfter(100_000 * HOUR);
    expect(await values('kept')).toEqual(['a']);
  });

  it('keeps the newest record of a key, and older ones only for a group that has yet to see them', async () => {
    const name = 'newest';
    await log.createTopic({ ...spec, name, compacted: true, retentionMs: -1 });
    const pairs = ['a1', 'b1', 'a2', 'c1', 'a3'];
    await log.append(pairs.map((pair) => message(name, pair.charAt(0), pair)));
    await consumeUntil(log, { topic: name, group: 'g' }, (handled) => handled.length === 2);
    sweepAfter(1_000 * HOUR);
    expect(await values(name)).toEqual(['b1', 'a2', 'c1', 'a3']);
    await consumeUntil(log, { topic: name, group: 'g' }, (handled) => handled.length === 3);
    sweepAfter(0);
    expect(await values(name)).toEqual(['b1', 'c1', 'a3']);
  });

  it('removes a key by a tombstone once every group has seen it', async () => {
    const name = 'newest';
    await log.createTopic({ ...spec, name, compacted: true, retentionMs: -1 });
    await log.append([message(name, 'a', 'a1'), message(name, 'b', 'b1'), message(name, 'a', null)]);
    await consumeUntil(log, { topic: name, group: 'g' }, (handled) => handled.length === 2);
    sweepAfter(HOUR);
    expect(await values(name)).toEqual(['b1', null]);
    await consumeUntil(log, { topic: name, group: 'g' }, (handled) => handled.length === 1);
    sweepAfter(0);
    expect(await values(name)).toEqual(['b1', null]);
    sweepAfter(HOUR);
    expect(await values(name)).toEqual(['b1']);
  });

  it('frees the room of deleted topics for others', async () => {
    const big = Array.from({ length: 20 }, () => message(topic, 'k', 'x'.repeat(500_000)));
    await log.append(big);
    const before = pagesOf(db);
    for (let round = 0; round < 3; round++) {
      await log.deleteTopic(topic);
      sweepAfter(0);
      await log.createTopic(spec);
      await log.append(big);
    }
    expect(await values()).toHaveLength(20);
    expect(pagesOf(db)).toBeLessThan(before * 1.1);
  });
});
