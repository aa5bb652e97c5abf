// Reading a topic to its end, and what happens when there is no getting there.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAll } from '../../eventing/announced.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log, Tail } from '../../eventing/log.ts';
import { DEAD_LETTERS } from '../../eventing/topics.ts';

const TOPIC = DEAD_LETTERS.name;
let dir: string;
let log: Log;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'epicenter-announced-'));
  log = await openEmbeddedLog(dir);
  await log.createTopic(DEAD_LETTERS);
});
afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true });
});

/** More than the embedded log gives at once. */
async function appendMany(): Promise<void> {
  const record = { topic: TOPIC, key: 'k', headers: {}, value: Buffer.from('x') };
  await log.append(Array.from({ length: 200 }, () => record));
}

describe('readAll', () => {
  it('readAll gives every record there is', async () => {
    await appendMany();
    let read = 0;
    await readAll(log, TOPIC, () => (read += 1));
    expect(read).toBe(200);
  });

  it('readAll rejects when the log is closed under it: a part is not the whole', async () => {
    await appendMany();
    let closed: Promise<void> | undefined;
    const reading = readAll(log, TOPIC, () => void (closed ??= log.close()));
    await expect(reading).rejects.toThrow(
      `The topic ${TOPIC} could not be read to its end: the reading ended.`,
    );
    await closed;
  });

  it('readAll rejects when nothing comes, as of a broker that is away', async () => {
    const away = {
      async *tail(_topic: string, signal: AbortSignal): AsyncGenerator<Tail> {
        await once(signal, 'abort');
        yield* [];
      },
    };
    const reading = readAll(away, TOPIC, () => undefined, 100);
    await expect(reading).rejects.toThrow('nothing came for 0.1 s');
  });

  it('readAll has patience with a log that is slow but goes on', async () => {
    await appendMany();
    const slow = {
      async *tail(topic: string, signal: AbortSignal): AsyncGenerator<Tail> {
        for await (const part of log.tail(topic, signal)) {
          await new Promise((resolve) => setTimeout(resolve, 150));
          yield part;
        }
      },
    };
    let read = 0;
    await readAll(slow, TOPIC, () => (read += 1), 300);
    expect(read).toBe(200);
  });
});
