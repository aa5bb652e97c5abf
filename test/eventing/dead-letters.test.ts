// What becomes of a record that a sink does not take.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliver } from '../../eventing/delivery.ts';
import type { DeliverySpec } from '../../eventing/delivery-policy.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log, LogRecord } from '../../eventing/log.ts';
import { DEAD_LETTERS } from '../../eventing/topics.ts';
import { answering, destination, plain, record, status } from './delivery-fixture.ts';

const never = new AbortController().signal;
const URL_OF_SINK = 'http://sink.default.svc.cluster.local/deliveries';

let dir: string;
let log: Log;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dead-letters-'));
  log = await openEmbeddedLog(dir);
});
afterEach(async () => {
  await log.close();
  await rm(dir, { recursive: true });
});

async function deadLetters(): Promise<readonly LogRecord[]> {
  const all: LogRecord[] = [];
  for await (const { records, caughtUp } of log.tail(DEAD_LETTERS.name, never)) {
    all.push(...records);
    if (caughtUp) break;
  }
  return all;
}

async function buried(
  failing: LogRecord,
  answer: () => Response,
  delivery: DeliverySpec,
): Promise<LogRecord> {
  await log.createTopic(DEAD_LETTERS);
  await deliver(failing, destination(answering(answer).app, delivery, log), never);
  const [letter, ...others] = await deadLetters();
  expect(others).toEqual([]);
  return letter!;
}

function lost(): Response {
  throw new TypeError('connection refused');
}

describe('deliver', () => {
  test('writes a dead letter with the record, the sink, the status and the first 1,024 bytes of the answer', async () => {
    const letter = await buried(record, status(422, 'é'.repeat(600)), { retry: 5 });
    expect(letter.key).toBe('flood');
    expect(Buffer.from(letter.value!).toString()).toBe('one\ntwo\n');
    expect(letter.headers).toEqual({
      ...record.headers,
      ce_knativekafkapartition: '0',
      ce_knativekafkaoffset: '7',
      ce_knativeerrordest: URL_OF_SINK,
      ce_knativeerrorcode: '422',
      ce_knativeerrordata: Buffer.from('é'.repeat(512)).toString('base64'),
    });
  });

  test('writes a plain record as the event that was delivered', async () => {
    const letter = await buried(plain, status(400), {});
    expect([...letter.value!]).toEqual([0, 255]);
    expect(letter.headers).toMatchObject({
      'X-Shift 1': 'night',
      ce_type: 'dev.knative.kafka.event',
      ce_source: '/apis/v1/namespaces/default/kafkasources/tweets-flood#raw-tweets.flood',
      ce_knativeerrorcode: '400',
    });
    expect(letter.headers['ce_knativeerrordata']).toBeUndefined();
  });

  test.each([
    ['value', { value: Buffer.alloc(5_000_000, 'x') }, 5_000_000],
    ['header', { headers: { ...record.headers, ce_more: 'y'.repeat(2_500_000) } }, 8],
  ])('cuts a record whose %s no topic could take, and says what it was', async (_which, part, length) => {
    const failing = { ...record, ...part };
    const letter = await buried(failing, status(413), {});
    expect(letter.value).toHaveLength(Math.min(length, 65_536));
    expect(letter.headers).toMatchObject({
      ce_id: 'a-1',
      ce_type: 'dev.example.made',
      ce_subject: 'flood',
      ce_knativekafkaoffset: '7',
      ce_knativeerrorcode: '413',
      ce_wholelength: String(length),
      ce_wholesha256: createHash('sha256').update(failing.value!).digest('hex'),
    });
  });

  test('writes no status when there was no answer', async () => {
    const sink = answering(lost);
    sink.app.onError((error) => {
      throw error;
    });
    await log.createTopic(DEAD_LETTERS);
    await deliver(record, destination(sink.app, { retry: 1, backoffDelay: 'PT0.001S' }, log), never);
    expect(sink.got).toHaveLength(2);
    const [letter] = await deadLetters();
    expect(letter!.headers['ce_knativeerrordest']).toBe(URL_OF_SINK);
    expect(letter!.headers['ce_knativeerrorcode']).toBeUndefined();
  });

  test.each([
    [500, 3],
    [503, 3],
    [404, 3],
    [408, 3],
    [409, 3],
    [429, 3],
    [301, 1],
    [400, 1],
    [401, 1],
    [403, 1],
    [410, 1],
    [413, 1],
    [415, 1],
    [422, 1],
  ])('gives a record that is answered %i up after %i attempts', async (code, attempts) => {
    const sink = answering(status(code));
    const to = destination(sink.app, { retry: 2, backoffDelay: 'PT0.001S' });
    await deliver(record, to, never);
    expect(sink.got).toHaveLength(attempts);
    expect(to.problems).toEqual([expect.stringContaining('dropped')]);
  });

  test('buries a record at once that HTTP cannot carry', async () => {
    const unsendable = { ...record, headers: { ...record.headers, ce_subject: 'a\u0000b' } };
    const sink = answering(status(204));
    await log.createTopic(DEAD_LETTERS);
    await deliver(unsendable, destination(sink.app, { retry: 120 }, log), never);
    expect(sink.got).toEqual([]);
    expect(await deadLetters()).toHaveLength(1);
  });

  test('keeps trying to write a dead letter until there is a place for it', async () => {
    const to = destination(answering(status(422)).app, {}, log);
    let isFinished = false;
    const delivering = deliver(record, to, never).then(() => (isFinished = true));
    await expect.poll(() => to.problems.length).toBeGreaterThan(1);
    expect(isFinished).toBe(false);
    await log.createTopic(DEAD_LETTERS);
    await delivering;
    expect(await deadLetters()).toHaveLength(1);
  });

  test('leaves a record unfinished when it is stopped during a wait', async () => {
    const stop = new AbortController();
    const sink = answering(status(503));
    const delivering = deliver(
      record,
      destination(sink.app, { retry: 9, backoffDelay: 'PT60S' }),
      stop.signal,
    );
    await expect.poll(() => sink.got.length).toBe(1);
    stop.abort();
    await expect(delivering).rejects.toMatchObject({ name: 'AbortError' });
  });
});
