// Services and PingSources of the local cluster.
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../knative/cluster.ts';
import type { LocalCluster } from '../../knative/local.ts';
import type { Starter } from '../../knative/local-instance.ts';
import { calling, rig, service, source, topic } from './local-fixture.ts';

const WINDOW = 'autoscaling.knative.dev/window';
const MIN_SCALE = 'autoscaling.knative.dev/min-scale';
const ask = (cluster: LocalCluster, path = '/'): Promise<Response> =>
  cluster.request('sink', new Request(`http://sink${path}`));
const awake = async (cluster: LocalCluster): Promise<number> => (await cluster.list('Service', {}))[0]!.awake;

/** A function that says how often it was started and closed. */
function counting(): { starter: Starter; lives: string[] } {
  const lives: string[] = [];
  const starter: Starter = async (env) => {
    lives.push(`start ${JSON.stringify(env)}`);
    return { fetch: async () => new Response('hello'), close: async () => void lives.push('close') };
  };
  return { starter, lives };
}

function version(value: string): Manifest {
  const container = { image: 'x', command: ['node'], args: ['sink.ts'], env: [{ name: 'V', value }] };
  return { ...service(), spec: { template: { spec: { containers: [container] } } } };
}

describe('Service', () => {
  test('starts on its first request, sleeps after its window and wakes again', async () => {
    const { starter, lives } = counting();
    const { cluster } = await rig({ 'sink.ts': starter });
    await cluster.apply(service({}, { [WINDOW]: '400ms' }));
    expect(await awake(cluster)).toBe(0);
    expect(await (await ask(cluster)).text()).toBe('hello');
    expect(await awake(cluster)).toBe(1);
    await sleep(250);
    await (await ask(cluster)).text();
    await sleep(250);
    expect(await awake(cluster)).toBe(1);
    await expect.poll(() => awake(cluster)).toBe(0);
    await (await ask(cluster)).text();
    expect(lives).toEqual(['start {}', 'close', 'start {}']);
    await cluster.apply(service({}, { [WINDOW]: '60s' }));
    await (await ask(cluster)).text();
    await sleep(500);
    expect(await awake(cluster)).toBe(1);
  });

  test('stays awake with min-scale, from the start, although its first start fails', async () => {
    let starts = 0;
    const flaky: Starter = (env) => {
      starts += 1;
      if (starts === 1) throw new Error('the database is away');
      return counting().starter(env);
    };
    const { cluster, problems } = await rig({ 'sink.ts': flaky });
    await cluster.apply(service({}, { [MIN_SCALE]: '1', [WINDOW]: '20ms' }));
    await expect.poll(() => problems.join()).toContain('the database is away');
    await expect.poll(() => awake(cluster), { timeout: 5_000 }).toBe(1);
    await (await ask(cluster)).text();
    await sleep(60);
    expect(await awake(cluster)).toBe(1);
  });

  test('answers 503 while it cannot start, and a KafkaSource delivers later', async () => {
    let isBroken = true;
    const bodies: string[] = [];
    const { cluster, log, problems } = await rig({
      'sink.ts': (env) => {
        if (isBroken) throw new Error('no database');
        return calling(async (request) => {
          bodies.push(await request.text());
          return new Response();
        })(env);
      },
    });
    await cluster.apply(service());
    expect((await ask(cluster)).status).toBe(503);
    expect((await cluster.list('Service', {}))[0]).toMatchObject({ ready: false, awake: 0 });
    await topic(log, 'things', ['a']);
    await cluster.apply(
      source({ delivery: { retry: 100, backoffPolicy: 'linear', backoffDelay: 'PT0.01S' } }),
    );
    await expect.poll(() => problems.length).toBeGreaterThan(2);
    isBroken = false;
    await expect.poll(() => bodies, { timeout: 5_000 }).toEqual(['a']);
  });

  test.each([
    [0, 30, 0],
    [2, 2, 8],
    [4, 4, 0],
  ])(
    'lets with containerConcurrency %i of 30 requests %i in at once, and turns %i away',
    async (...expected) => {
      const [containerConcurrency, atOnce, turnedAway] = expected;
      let inside = 0;
      let most = 0;
      const { cluster } = await rig({
        'sink.ts': calling(async () => {
          inside += 1;
          most = Math.max(most, inside);
          await sleep(5);
          inside -= 1;
          return new Response();
        }),
      });
      await cluster.apply(service({ containerConcurrency }));
      const answers = await Promise.all(Array.from({ length: 30 }, () => ask(cluster)));
      expect(most).toBe(atOnce);
      expect(answers.filter(({ status }) => status === 503)).toHaveLength(turnedAway);
    },
  );

  test('answers 504 after timeoutSeconds and cuts a body that goes on longer', async () => {
    const app = new Hono();
    app.get('/slow', () => sleep(5_000).then(() => new Response()));
    app.get(
      '/endless',
      () => new Response(new ReadableStream({ start: (to) => to.enqueue(Buffer.from('a')) })),
    );
    const { cluster } = await rig({ 'sink.ts': calling((request) => app.fetch(request)) });
    await cluster.apply(service({ timeoutSeconds: 1, containerConcurrency: 1 }));
    expect((await ask(cluster, '/slow')).status).toBe(504);
    await expect((await ask(cluster, '/endless')).text()).rejects.toThrow('request timeout');
  });

  test('answers 500 when its function throws, and 404 where there is none', async () => {
    const { cluster } = await rig({
      'sink.ts': calling(() => {
        throw new Error('broken');
      }),
    });
    expect((await ask(cluster)).status).toBe(404);
    await cluster.apply(service());
    expect((await ask(cluster)).status).toBe(500);
    await cluster.delete('Service', 'sink');
    await cluster.delete('Service', 'sink');
    expect((await ask(cluster)).status).toBe(404);
  });

  test('takes a change over while the request before is still answered', async () => {
    const held = Promise.withResolvers<void>();
    const { cluster } = await rig({
      'sink.ts': async (env) => ({
        fetch: async () => {
          if (env['V'] === '1') await held.promise;
          return new Response(`version ${env['V']}`);
        },
        close: async () => undefined,
      }),
    });
    await cluster.apply(version('1'));
    const before = ask(cluster);
    await cluster.apply(version('2'));
    expect(await (await ask(cluster)).text()).toBe('version 2');
    held.resolve();
    expect(await (await before).text()).toBe('version 1');
  });
});
