import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLogDatabase } from '../../eventing/embedded-database.ts';
import { embeddedLog, openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log, LogRecord } from '../../eventing/log.ts';
import { NEVER, lettered, message, readAll, text, type OpenLog } from '../contracts/log-tools.ts';
import { logContract } from '../contracts/log.ts';

const HOUR = 3_600_000;
const topic = 'posts';
const spec = { name: topic, partitions: 1, compacted: false, retentionMs: HOUR, maxMessageBytes: 1_048_576 };

const newDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'epicenter-log-'));

async function open(): Promise<OpenLog> {
  const dir = await newDir();
  let log = await openEmbeddedLog(dir);
  return {
    log,
    async reopen() {
      await log.close();
      return (log = await openEmbeddedLog(dir));
    },
    async close() {
      await log.close();
      await rm(dir, { recursive: true });
    },
  };
}

logContract('EmbeddedLog', open);

describe('EmbeddedLog', () => {
  let dir: string;
  let log: Log;

  beforeEach(async () => {
    dir = await newDir();
    log = await openEmbeddedLog(dir);
    await log.createTopic(spec);
  });
  afterEach(async () => {
    await log.close();
    await rm(dir, { recursive: true });
  });

  const append = (letters: string): Promise<void> => log.append(lettered(topic, letters));
  const values = async (): Promise<(string | null)[]> => (await readAll(log, topic)).map(text);

  it('loses nothing that it acknowledged to a process that is killed', async () => {
    const writer = `
      const { openEmbeddedLog } = await import(${JSON.stringify(new URL('../../eventing/embedded.ts', import.meta.url).href)});
      const log = await openEmbeddedLog(${JSON.stringify(dir)});
      for (let n = 0; ; n++) {
        await log.append([{ topic: 'posts', key: 'k', headers: {}, value: Buffer.from(String(n) + ' '.repeat(20_000)) }]);
        process.stdout.write(n + '\\n');
      }`;
    for (const acknowledged of [1, 40]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', writer], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const written = (await readAll(log, topic)).length;
      let last = -1;
      for await (const line of createInterface({ input: child.stdout })) {
        last = Number(line);
        if (last === acknowledged) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      const numbers = (await readAll(log, topic)).slice(written).map((record) => Number(text(record)));
      // One more than was acknowledged may have been written: its acknowledgement was killed.
      expect([last + 1, last + 2]).toContain(numbers.length);
      expect(numbers).toEqual(numbers.map((_, index) => index));
    }
  });

  it('shows a reader what another process wrote', async () => {
    const other = await openEmbeddedLog(dir);
    const stop = new AbortController();
    const seen: (string | null)[] = [];
    const following = (async () => {
      for await (const part of log.tail(topic, stop.signal)) seen.push(...part.records.map(text));
    })();
    await pause(50);
    await other.append([message(topic, 'k', 'a')]);
    await vi.waitFor(() => expect(seen).toEqual(['a']), 5_000);
    stop.abort();
    await following;
    await other.close();
  });

  it('lets a second consumer of a group wait until the first has ended', async () => {
    await append('abcdef');
    const seen: string[] = [];
    const consume = (name: string, enough: number): Promise<void> => {
      const stop = new AbortController();
      const handle = async (record: LogRecord): Promise<void> => {
        await pause(5);
        if (seen.push(`${name}${text(record)}`) >= enough) stop.abort();
      };
      return log.consume({ topic, group: 'g', inFlight: 2, from: 'earliest' }, handle, stop.signal);
    };
    await Promise.all([consume('1', 2), consume('2', 6)]);
    expect(seen.map((handled) => handled.charAt(1)).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    const names = seen.map((handled) => handled.charAt(0));
    expect(names).toEqual(names.toSorted());
    expect(new Set(names)).toEqual(new Set(['1', '2']));
  });

  it('ends a consumer that waits for its turn when it is aborted', async () => {
    const first = new AbortController();
    const of = { topic, group: 'g', inFlight: 1, from: 'earliest' } as const;
    const working = log.consume(of, () => Promise.resolve(), first.signal);
    await log.consume(of, () => Promise.resolve(), AbortSignal.timeout(20));
    first.abort();
    await working;
  });

  it('lets a consumer wait for a topic that is yet to be created, and skips none of its records', async () => {
    const stop = new AbortController();
    const seen: (string | null)[] = [];
    const work = log.consume(
      { topic: 'later', group: 'g', inFlight: 1, from: 'latest' },
      async (record) => void seen.push(text(record)),
      stop.signal,
    );
    for (const value of ['a', 'b']) {
      await log.createTopic({ ...spec, name: 'later' });
      await log.append([message('later', 'k', value)]);
      await vi.waitFor(() => expect(seen).toContain(value));
      await log.deleteTopic('later');
    }
    stop.abort();
    await work;
    expect(seen).toEqual(['a', 'b']);
  });

  it('rejects the tail of a topic that does not exist or is deleted', async () => {
    await expect(readAll(log, 'missing')).rejects.toThrow('missing');
    const following = (async () => {
      for await (const part of log.tail(topic, NEVER)) if (part.caughtUp) await log.deleteTopic(topic);
    })();
    await expect(following).rejects.toThrow('posts was deleted');
  });

  it('writes down what a group finished within two seconds, though its consumer goes on', async () => {
    await append('ab');
    const stop = new AbortController();
    const work = log.consume(
      { topic, group: 'g', inFlight: 1, from: 'earliest' },
      () => Promise.resolve(),
      stop.signal,
    );
    const other = await openEmbeddedLog(dir);
    await vi.waitFor(async () => expect(await other.lag('g', topic)).toBe(0), 5_000);
    await other.close();
    stop.abort();
    await work;
  });

  it('ends its readers when it is closed', async () => {
    const tailing = (async () => {
      for await (const part of log.tail(topic, NEVER)) expect(part.records).toEqual([]);
    })();
    const of = { topic, group: 'g', inFlight: 1, from: 'earliest' } as const;
    const consuming = log.consume(of, () => Promise.resolve(), NEVER);
    await log.close();
    await tailing;
    await consuming;
  });

  it('rejects an append on a full disk, shows nothing of it, and goes on when there is room', async () => {
    const db = openLogDatabase(join(dir, 'log.db'));
    const full = embeddedLog(db);
    await full.append([message(topic, 'k', 'a')]);
    db.exec('PRAGMA max_page_count = 25');
    // Random, so that packing it gains nothing.
    const big = message(topic, 'k', randomBytes(150_000).toString('hex'));
    const refused = full.append([message(topic, 'k', 'b'), big, big]);
    await expect(refused).rejects.toThrow(/posts.*full/);
    await expect(refused).rejects.toMatchObject({ cause: { errcode: 13 } });
    expect(await values()).toEqual(['a']);
    await full.append([message(topic, 'k', 'c')]);
    db.exec('PRAGMA max_page_count = 10000');
    await full.append([big]);
    expect((await values()).map((value) => value?.length)).toEqual([1, 1, 300_000]);
    await full.close();
  });
});
