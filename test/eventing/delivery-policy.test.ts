// Expected values from facts/knative §1.2.
import { describe, expect, test } from 'vitest';
import { delayMs, deliverySpec, durationMs, policyOf } from '../../eventing/delivery-policy.ts';

describe('durationMs', () => {
  test.each([
    ['PT1S', 1_000],
    ['PT0.3S', 300],
    ['PT600S', 600_000],
    ['PT2M', 120_000],
    ['PT1H30M', 5_400_000],
    ['P1DT1S', 86_401_000],
    ['PT0S', 0],
  ])('reads %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  test.each(['', 'P', 'PT', '1s', 'PT1', 'P1M', 'P1Y', 'PT-1S', 'PT.5S', 'P1DT', ' PT1S'])(
    'refuses "%s"',
    (text) => {
      expect(durationMs(text)).toBeUndefined();
    },
  );
});

describe('policyOf', () => {
  test('gives ten retries over 613.8 s where there is no delivery', () => {
    const policy = policyOf(undefined);
    const waits = Array.from({ length: policy.retry }, (_, index) => delayMs(policy, index + 1));
    expect(waits.map((wait) => wait / 1000)).toEqual([
      0.6, 1.2, 2.4, 4.8, 9.6, 19.2, 38.4, 76.8, 153.6, 307.2,
    ]);
    expect(policy.timeoutMs).toBe(600_000);
  });

  test('merges nothing into a delivery that is there', () => {
    expect(policyOf({})).toEqual({ retry: 0, backoff: 'exponential', backoffMs: 200, timeoutMs: 600_000 });
    expect(policyOf({ retry: 3 })).toMatchObject({ retry: 3, backoffMs: 200 });
  });

  test('waits two hours in all as our own manifests say', () => {
    const policy = policyOf({ retry: 120, backoffPolicy: 'linear', backoffDelay: 'PT1S', timeout: 'PT60S' });
    let sum = 0;
    for (let n = 1; n <= policy.retry; n++) sum += delayMs(policy, n);
    expect(sum).toBe(7_260_000);
  });

  test('never waits longer than a timer can', () => {
    expect(delayMs(policyOf({ backoffDelay: 'PT1S' }), 40)).toBe(2 ** 31 - 1);
  });
});

describe('deliverySpec', () => {
  test.each([
    [{ retries: 1 }],
    [{ retry: -1 }],
    [{ retry: 1.5 }],
    [{ backoffPolicy: 'random' }],
    [{ backoffDelay: '1s' }],
    [{ timeout: 'PT0S' }],
    [{ deadLetterSink: { uri: 'http://elsewhere' } }],
  ])('refuses %j', (delivery) => {
    expect(deliverySpec.safeParse(delivery).success).toBe(false);
  });
});
