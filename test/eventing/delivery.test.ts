// Delivery of single records to functions that answer as they are told.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { deliver } from '../../eventing/delivery.ts';
import type { DeliverySpec } from '../../eventing/delivery-policy.ts';
import { answering, destination, plain, record, status } from './delivery-fixture.ts';

const never = new AbortController().signal;

/** ms between the attempts */
async function waits(backoffPolicy: 'linear' | 'exponential'): Promise<number[]> {
  const { app, got } = answering(status(503), status(429), status(404), status(204));
  await deliver(record, destination(app, { retry: 3, backoffPolicy, backoffDelay: 'PT0.04S' }), never);
  return got.slice(1).map(({ at }, index) => at - got[index]!.at);
}

describe('deliver', () => {
  test('keeps the attributes of a CloudEvent and says where it came from', async () => {
    const { app, got } = answering(status(204));
    await deliver(record, destination(app, {}), never);
    expect(got).toHaveLength(1);
    expect(got[0]!.body).toBe('one\ntwo\n');
    expect(got[0]!.headers).toEqual({
      'content-type': 'application/x-ndjson',
      'ce-specversion': '1.0',
      'ce-id': 'a-1',
      'ce-type': 'dev.example.made',
      'ce-source': '/example/tracker',
      'ce-subject': 'flood',
      'ce-traceid': 't9',
      'ce-knativekafkapartition': '0',
      'ce-knativekafkaoffset': '7',
      prefer: 'reply',
      'kn-namespace': 'default',
    });
  });

  test('makes a dev.knative.kafka.event of a plain record', async () => {
    const { app, got } = answering(status(204));
    await deliver(plain, destination(app, {}), never);
    expect(got[0]!.headers).toEqual({
      'ce-specversion': '1.0',
      'ce-id': 'partition:0/offset:7',
      'ce-type': 'dev.knative.kafka.event',
      'ce-source': '/apis/v1/namespaces/default/kafkasources/tweets-flood#raw-tweets.flood',
      'ce-subject': 'partition:0#7',
      'ce-time': '2013-06-21T08:30:00.000Z',
      'ce-key': 'flood',
      'ce-partitionkey': 'flood',
      'ce-kafkaheaderxshift1': 'night',
      'ce-knativekafkapartition': '0',
      'ce-knativekafkaoffset': '7',
      prefer: 'reply',
      'kn-namespace': 'default',
    });
  });

  test('falls back to a plain event when an attribute is wrong', async () => {
    const { app, got } = answering(status(204));
    const wrong = { ...record, headers: { ...record.headers, ce_time: 'yesterday' } };
    await deliver(wrong, destination(app, {}), never);
    expect(got[0]!.headers).toMatchObject({
      'ce-type': 'dev.knative.kafka.event',
      'ce-kafkaheaderceid': 'a-1',
      'ce-kafkaheadercetime': 'yesterday',
      'content-type': 'application/x-ndjson',
    });
  });

  test('turns a structured CloudEvent into binary mode', async () => {
    const { app, got } = answering(status(204));
    const event = { specversion: '1.0', id: 's', type: 't', source: '/s', count: 3, data: { a: [1] } };
    const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    await deliver(
      { ...record, headers, value: Buffer.from(JSON.stringify(event)) },
      destination(app, {}),
      never,
    );
    expect(got[0]!.headers).toMatchObject({ 'ce-id': 's', 'ce-count': '3', 'ce-knativekafkaoffset': '7' });
    expect(got[0]!.headers['content-type']).toBeUndefined();
    expect(got[0]!.body).toBe('{"a":[1]}');
  });

  test('tries again with a growing delay, linear or doubled', async () => {
    const linear = await waits('linear');
    const exponential = await waits('exponential');
    for (const [index, wait] of [40, 80, 120].entries()) expect(linear[index]).toBeGreaterThan(wait - 5);
    for (const [index, wait] of [80, 160, 320].entries())
      expect(exponential[index]).toBeGreaterThan(wait - 5);
    expect(linear[2]).toBeLessThan(exponential[2]!);
  });

  test('counts a function that throws and one that is too slow as worth another try', async () => {
    const { app, got } = answering(
      () => {
        throw new TypeError('connection refused');
      },
      () => sleep(2_000).then(() => new Response()),
      status(200),
    );
    app.onError((error) => {
      throw error;
    });
    const startedAt = Date.now();
    const delivery: DeliverySpec = { retry: 2, backoffDelay: 'PT0.001S', timeout: 'PT0.05S' };
    await deliver(record, destination(app, delivery), never);
    expect(got).toHaveLength(3);
    expect(Date.now() - startedAt).toBeLessThan(1_000);
  });
});
