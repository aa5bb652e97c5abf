// Pods of an installation behind the real queue-proxy: ended under load, idle, asked too much and for too long.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { postOf, status as made } from '../normalizer/made.ts';
import { delivery, idOf, post, recordOf } from '../processes/running.ts';
import { describeOnKnative } from './describe.ts';
import { type Asked, askService } from './over-ingress.ts';
import { type Installation, openInstallation } from './place.ts';
import { isReady, serviceOf } from './pods.ts';
import { connectionsIn, load } from './traffic.ts';

const CODE = 'harbour-flood';
const NORMALIZER = `normalizer-${CODE}`;
const LATER = { timeout: 180_000, interval: 500 };
const IDLE_MS = 85_000;

describeOnKnative('Behind queue-proxy Epicenter', ({ kubeconfig, tag }) => {
  let place: Installation;
  let posts = 0;

  beforeAll(async () => {
    place = await openInstallation(kubeconfig, tag);
    await vi.waitFor(() => place.status(), LATER);
    const event = { name: 'Harbour flood', keywords: ['flood'] };
    expect((await place.api('POST', '/api/events', event)).status).toBe(201);
    await vi.waitFor(async () => expect((await askService(NORMALIZER, records())).status).toBe(204), LATER);
  });
  afterAll(async () => place?.[Symbol.asyncDispose]());

  const kn = async (...args: string[]): Promise<string> =>
    (await place.kube.tool('kn', ...args, '-n', 'epicenter')).stdout;
  const pods = async (service: string) =>
    (await place.kube.pods()).filter((pod) => serviceOf(pod) === service && isReady(pod));
  const events = (): Asked => ({ path: '/api/events', headers: { authorization: `Bearer ${place.token}` } });
  const records = (): Asked => delivered(recordOf(CODE, [post((posts += 1))]));
  const largeRecords = (): Asked => {
    const large = Array.from({ length: 250 }, () =>
      postOf(made({ id_str: idOf((posts += 1)), text: `flood ${'.'.repeat(1_500)}` })),
    );
    return delivered(recordOf(CODE, large));
  };

  it.each([
    ['event-api', events, '200', 16],
    [NORMALIZER, records, '204', 8],
  ] as const)('answers every request to %s while its pods are ended one after the other', async (...row) => {
    const [service, next, status, many] = row;
    const running = load(service, many, next);
    await vi.waitFor(() => expect(running.answers[status]).toBeGreaterThan(many), LATER);
    for (let n = 0; n < 3; n += 1) {
      const [pod] = await vi.waitFor(async () => {
        const found = await pods(service);
        expect(found.length).toBeGreaterThan(0);
        return found;
      }, LATER);
      await place.kube.tool(
        'kubectl',
        '-n',
        'epicenter',
        'delete',
        'pod',
        pod!.metadata!.name!,
        '--wait=false',
      );
      await sleep(5_000);
    }
    // The last one drains for half a minute, and then is told to end.
    await sleep(40_000);
    await running.stop();
    process.stderr.write(`${service}: ${JSON.stringify(running.answers)}\n`);
    expect(Object.keys(running.answers)).toEqual([status]);
  });

  it('stores records of half a megabyte, sixteen at once, within its memory', async () => {
    const running = load(NORMALIZER, 16, largeRecords);
    await sleep(20_000);
    await running.stop();
    const own = place.watch
      .usage()
      .filter(({ service, container }) => service === NORMALIZER && container !== 'queue-proxy');
    const most = Math.max(...own.map(({ rss }) => rss));
    process.stderr.write(`large records: ${JSON.stringify(running.answers)}, ${most >> 20} MiB\n`);
    expect(Object.keys(running.answers)).toEqual(['204']);
    // With queue-proxy's own 30 MB it stays below the limit of 512 MiB.
    expect(most).toBeLessThan(400 * 2 ** 20);
  });

  it('lets no more requests in at once than containerConcurrency says', async () => {
    place.engines.cassandra.pause();
    try {
      const asking = Array.from({ length: 60 }, () => askService(NORMALIZER, records()));
      let most = 0;
      for (let n = 0; n < 15; n += 1) {
        await sleep(200);
        for (const { metadata } of await pods(NORMALIZER))
          most = Math.max(most, connectionsIn(metadata!.uid!));
      }
      place.engines.cassandra.resume();
      // 503 is ours, for what the database did not take in time.
      for (const { status } of await Promise.all(asking)) expect([204, 503]).toContain(status);
      process.stderr.write(`${most} at once of 60\n`);
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(16);
    } finally {
      place.engines.cassandra.resume();
    }
  });

  it('keeps idle connections for longer than queue-proxy does', async () => {
    await kn('service', 'update', 'event-api', '--scale-min', '1');
    await askService('event-api', events());
    const [pod] = await vi.waitFor(async () => {
      const found = await pods('event-api');
      expect(found).toHaveLength(1);
      return found;
    }, LATER);
    await askService('event-api', events());
    const { uid } = pod!.metadata!;
    expect(connectionsIn(uid!)).toBeGreaterThan(0);
    await sleep(IDLE_MS);
    expect(connectionsIn(uid!)).toBeGreaterThan(0);
    expect((await askService('event-api', events())).status).toBe(200);
  });

  it('is answered 504 for a request that takes longer than its time limit', async () => {
    const timeout = JSON.stringify({ spec: { template: { spec: { timeoutSeconds: 2 } } } });
    await place.kube.tool(
      'kubectl',
      '-n',
      'epicenter',
      'patch',
      'ksvc',
      'event-api',
      '--type=merge',
      '-p',
      timeout,
    );
    await vi.waitFor(async () => {
      expect(await kn('service', 'describe', 'event-api')).toMatch(/100%\s+@latest \(event-api-00003\)/);
      expect((await askService('event-api', events())).status).toBe(200);
    }, LATER);
    place.engines.cassandra.pause();
    try {
      expect((await askService('event-api', events())).status).toBe(504);
    } finally {
      place.engines.cassandra.resume();
    }
    await vi.waitFor(async () => expect((await askService('event-api', events())).status).toBe(200), LATER);
  });
});

function delivered(record: ReturnType<typeof recordOf>): Asked {
  const { headers, body } = delivery(record);
  return { method: 'POST', headers, body: body as Uint8Array };
}
