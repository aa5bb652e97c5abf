// Waiting until groups are done, also while the log cannot tell.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { untilDrained } from '../../eventing/drained.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { COLLECTION } from '../../eventing/topics.ts';

const READER = { group: 'g', topic: COLLECTION.name };
let dir: string;
let log: Log;
let failures: unknown[];
const failed = (error: unknown): void => void failures.push(error);

beforeEach(async () => {
  failures = [];
  dir = mkdtempSync(join(tmpdir(), 'epicenter-drained-'));
  log = await openEmbeddedLog(dir);
  await log.createTopic(COLLECTION);
  await log.append([{ topic: READER.topic, key: 'k', headers: {}, value: Buffer.from('x') }]);
});
afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true });
});

/** The log, but for its first answers. */
function failing(times: number): Pick<Log, 'lag'> {
  let left = times;
  return {
    lag: (group, topic) => {
      left -= 1;
      return left >= 0 ? Promise.reject(new Error('the broker restarts')) : log.lag(group, topic);
    },
  };
}

describe('untilDrained', () => {
  it('untilDrained asks again while the log cannot tell, and says so once', async () => {
    const stop = new AbortController();
    const reading = log.consume({ ...READER, inFlight: 1, from: 'earliest' }, async () => {}, stop.signal);
    await untilDrained(failing(2), [READER], new AbortController().signal, failed);
    expect(failures).toEqual([new Error('the broker restarts')]);
    expect(await log.lag(READER.group, READER.topic)).toBe(0);
    stop.abort();
    await reading;
  });

  it('untilDrained waits for nothing on a topic that does not exist', async () => {
    await untilDrained(log, [{ group: 'g', topic: 'nowhere' }], new AbortController().signal);
  });

  it('untilDrained ends with its signal, also while an answer is awaited that never comes', async () => {
    const never = { lag: () => new Promise<number>(() => {}) };
    await untilDrained(never, [READER], AbortSignal.timeout(100), failed);
    await untilDrained(log, [READER], AbortSignal.timeout(100), failed);
    await untilDrained(failing(Infinity), [READER], AbortSignal.abort(), failed);
    expect(failures).toEqual([]);
  });
});
