// KafkaSources of the local cluster: what their YAML says is what happens.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  calling,
  isReady,
  rig,
  service,
  source,
  temporary,
  topic,
  write,
  type Rig,
} from './local-fixture.ts';

const deadLetterSink = {
  ref: { apiVersion: 'eventing.knative.dev/v1alpha1', kind: 'KafkaSink', name: 'dead-letters' },
};
const kafkaSink = {
  apiVersion: 'eventing.knative.dev/v1alpha1',
  kind: 'KafkaSink',
  metadata: { name: 'dead-letters' },
  spec: { topic: 'dead-letters', contentMode: 'binary', bootstrapServers: ['kafka:9092'] },
};

/** A rig whose sink keeps the bodies it got and answers `status` after `ms`. */
async function keeping(status = 204, ms = 0): Promise<Rig & { bodies: string[]; most: () => number }> {
  const bodies: string[] = [];
  let inside = 0;
  let most = 0;
  const made = await rig({
    'sink.ts': calling(async (request) => {
      inside += 1;
      most = Math.max(most, inside);
      bodies.push(await request.text());
      await sleep(ms);
      inside -= 1;
      return new Response(null, { status });
    }),
  });
  await made.cluster.apply(service());
  return { ...made, bodies, most: () => most };
}
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

describe('KafkaSource', () => {
  test('delivers every record of a topic once and in order', async () => {
    const { log, cluster, bodies } = await keeping();
    await topic(log, 'things', numbers(0, 100));
    await cluster.apply(source());
    await expect.poll(() => bodies.length).toBe(100);
    expect(bodies).toEqual(numbers(0, 100));
    await expect.poll(() => log.lag('readers', 'things')).toBe(0);
  });

  test.each([
    ['ordered', 10, 1],
    ['unordered', 120, 50],
  ])('sends, when %s, of %i records at most %i at a time', async (ordering, records, atOnce) => {
    const { log, cluster, bodies, most } = await keeping(204, 20);
    await topic(log, 'things', numbers(0, records));
    await cluster.apply(source({ ordering }));
    await expect.poll(() => bodies.length).toBe(records);
    expect(most()).toBe(atOnce);
  });

  test('tries as often as retry says and then writes a dead letter', async () => {
    const { log, cluster, bodies, problems } = await keeping(503);
    await topic(log, 'dead-letters');
    await topic(log, 'things', ['a']);
    await cluster.apply(kafkaSink);
    await cluster.apply(source({ delivery: { retry: 2, backoffDelay: 'PT0.01S', deadLetterSink } }));
    await expect.poll(() => log.lag('anybody', 'dead-letters')).toBe(1);
    expect(bodies).toEqual(['a', 'a', 'a']);
    expect(problems).toEqual([expect.stringMatching(/KafkaSource source: record things\/0\/0 .*answer 503/)]);

    await cluster.apply(source({ delivery: { retry: 0, deadLetterSink } }));
    await write(log, 'things', ['b']);
    await expect.poll(() => log.lag('anybody', 'dead-letters')).toBe(2);
    expect(bodies).toEqual(['a', 'a', 'a', 'b']);
  });

  test('gives an answer as long as timeout says', async () => {
    const { log, cluster, problems } = await keeping(204, 100);
    await topic(log, 'things', ['a']);
    await cluster.apply(source({ delivery: { timeout: 'PT0.02S' } }));
    await expect.poll(() => problems.join()).toContain('no answer within 20 ms');
    await cluster.apply(source({ delivery: { timeout: 'PT5S' } }));
    await write(log, 'things', ['b']);
    await expect.poll(() => log.lag('readers', 'things')).toBe(0);
    expect(problems.filter((problem) => problem.includes('no answer'))).toHaveLength(1);
  });

  test('pauses at zero consumers and goes on where it was', async () => {
    const { log, cluster, bodies } = await keeping();
    await topic(log, 'things', ['a']);
    await cluster.apply(source());
    await expect.poll(() => bodies).toEqual(['a']);
    await cluster.apply(source({ consumers: 0 }));
    await write(log, 'things', ['b']);
    await sleep(100);
    expect(bodies).toEqual(['a']);
    expect(await log.lag('readers', 'things')).toBe(1);
    await cluster.apply(source({ consumers: 1 }));
    await expect.poll(() => bodies).toEqual(['a', 'b']);
  });

  test('begins a new group where initialOffset says', async () => {
    const { log, cluster, bodies } = await keeping();
    await topic(log, 'things', ['old']);
    await cluster.apply(source({ initialOffset: 'latest' }));
    await expect.poll(() => isReady(cluster, 'KafkaSource')).toBe(true);
    await sleep(50);
    await write(log, 'things', ['new']);
    await expect.poll(() => bodies).toEqual(['new']);

    await cluster.delete('KafkaSource', 'source');
    await cluster.apply(source({ initialOffset: 'earliest' }));
    await expect.poll(() => bodies).toEqual(['new', 'old', 'new']);
  });

  test('waits for its topic, for its sink and for the dead letter sink', async () => {
    const { log, cluster, bodies } = await keeping();
    await cluster.delete('Service', 'sink');
    await cluster.apply(source({ initialOffset: 'latest', delivery: { retry: 1, deadLetterSink } }));
    expect(await isReady(cluster, 'KafkaSource')).toBe(false);
    await cluster.apply(service());
    await cluster.apply(kafkaSink);
    await sleep(200);
    expect(await isReady(cluster, 'KafkaSource')).toBe(false);
    await topic(log, 'things', ['first']);
    await expect.poll(() => isReady(cluster, 'KafkaSource'), { timeout: 5_000 }).toBe(true);
    await expect.poll(() => bodies).toEqual(['first']);
  });

  test('leaves unfinished what it is stopped in, and delivers it again after the log is opened anew', async () => {
    const dir = await temporary();
    const first = await rig({ 'sink.ts': calling(() => new Response(null, { status: 503 })) }, dir);
    await topic(first.log, 'things', ['a', 'b']);
    await first.cluster.apply(service());
    await first.cluster.apply(source({ delivery: { retry: 50, backoffDelay: 'PT30S' } }));
    await expect.poll(async () => (await first.cluster.list('Service', {}))[0]!.awake).toBe(1);
    await first.cluster.close();
    await first.log.close();

    const bodies: string[] = [];
    const keep = async (request: Request): Promise<Response> => {
      bodies.push(await request.text());
      return new Response();
    };
    const second = await rig({ 'sink.ts': calling(keep) }, dir);
    expect(await second.log.lag('readers', 'things')).toBe(2);
    await second.cluster.apply(service());
    await second.cluster.apply(source());
    await expect.poll(() => bodies).toEqual(['a', 'b']);
  });

  test('finishes the record in flight when the cluster closes', async () => {
    const { log, cluster, bodies } = await keeping(204, 100);
    await topic(log, 'things', ['a', 'b']);
    await cluster.apply(source());
    await expect.poll(() => bodies).toEqual(['a']);
    await cluster.close();
    expect(bodies).toEqual(['a']);
    expect(await log.lag('readers', 'things')).toBe(1);
  });

  test('survives being applied and deleted by many at once', async () => {
    const { log, cluster, bodies } = await keeping();
    await topic(log, 'things', ['a']);
    const wild = numbers(0, 20).map((n) =>
      Number(n) % 3 === 0 ? cluster.delete('KafkaSource', 'source') : cluster.apply(source({ consumers: 0 })),
    );
    await Promise.all([...wild, cluster.apply(source())]);
    await expect.poll(() => bodies).toEqual(['a']);
    await Promise.all([
      cluster.apply(source()),
      cluster.apply(source()),
      cluster.delete('Service', 'no-such'),
    ]);
    await sleep(50);
    expect(bodies).toEqual(['a']);
  });
});
