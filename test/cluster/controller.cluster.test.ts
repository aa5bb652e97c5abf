import { afterEach, beforeEach, expect, it } from 'vitest';
import { rawTweets } from '../../eventing/topics.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { makeEvent, makeTweet } from '../factories.ts';
import { describeWithCluster, openSpace, type Space } from './cluster.ts';
import { type ControllerProcess, type Data, openData, startController } from './controller-process.ts';
import { openProxy, type Proxy } from './counting-proxy.ts';

const codes = Array.from({ length: 100 }, (_, n) => `event-${n}`);

describeWithCluster('a controller on Kubernetes', (place) => {
  let space: Space;
  let proxy: Proxy;
  let data: Data;
  let controller: ControllerProcess;

  beforeEach(async () => {
    space = await openSpace(place);
    proxy = await openProxy(space);
    data = await openData();
    controller = await startController(space.kubeconfigOf(proxy.url), data.dir);
  });
  afterEach(async () => {
    await controller.kill();
    await data.close();
    await proxy.close();
    await space.close();
  });

  const names = async (): Promise<string[]> =>
    [...(await space.all('services')), ...(await space.all('kafkasources'))]
      .map(({ metadata }) => metadata.name)
      .toSorted();

  async function change(code: string, wanted: Partial<CrisisEvent>): Promise<CrisisEvent> {
    const event = (await data.store.event(code))!;
    const changed = { ...event, ...wanted, version: event.version + 1 };
    expect(await data.store.changeEvent(changed)).toBe(true);
    return changed;
  }

  /** How often each kind of request was made since the last time, and how long it took. */
  async function ticked(): Promise<{ lists: number; reads: number; writes: number; ms: number }> {
    proxy.clear();
    const began = performance.now();
    expect(await controller.tick()).toBe(204);
    const ms = Math.round(performance.now() - began);
    const of = (pattern: RegExp): number => proxy.requests.filter((request) => pattern.test(request)).length;
    const lists = of(/^GET .*\?labelSelector=/);
    const counts = { lists, reads: of(/^GET/) - lists, writes: of(/^(PATCH|DELETE|PUT|POST)/) };
    expect(counts.lists + counts.reads + counts.writes).toBe(proxy.requests.length);
    return { ...counts, ms };
  }

  it(
    'keeps a hundred events from nothing to nothing, writing only what changes',
    { timeout: 240_000 },
    async () => {
      for (const code of codes) {
        await data.store.createEvent(makeEvent({ code }));
        await data.log.createTopic(rawTweets(code));
      }
      const made = await ticked();
      expect(made.lists).toBe(2);
      // Those that were under way together when Knative first said that it makes no Service without a pod.
      expect(made.writes - 200).toBeOneOf([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(made.ms).toBeLessThan(30_000);
      expect(await names()).toEqual(
        codes.flatMap((code) => [`normalizer-${code}`, `tweets-${code}`]).toSorted(),
      );

      const idle = await ticked();
      expect(idle).toMatchObject({ lists: 2, reads: 0, writes: 0 });

      for (const code of codes.slice(0, 50)) await change(code, { keywords: ['storm'] });
      for (const code of codes.slice(50)) await change(code, { status: 'paused' });
      const edited = await ticked();
      expect(edited).toMatchObject({ lists: 2, reads: 0, writes: 0 });
      for (const code of codes.slice(50)) await change(code, { status: 'active' });
      expect(await ticked()).toMatchObject({ writes: 0 });

      await data.store.saveTweets([makeTweet({ event_name: 'event-0' })]);
      for (const code of codes) {
        const { version } = await change(code, { status: 'archived' });
        if (code !== 'event-99') await data.store.saveRelease(code, version);
      }
      const drained = await ticked();
      expect(drained).toMatchObject({ lists: 2, writes: 99 });
      const removed = await ticked();
      expect(removed).toMatchObject({ lists: 2, writes: 3 * 99 });
      // The tracker has not let go of the last one.
      expect(await names()).toEqual(['normalizer-event-99', 'tweets-event-99']);
      expect(await data.log.topics()).toContain('raw-tweets.event-99');
      expect(await data.log.topics()).not.toContain('raw-tweets.event-0');
      expect(await data.store.total('event-0')).toBe(1);

      const { version } = await change('event-99', { status: 'purged' });
      await data.store.saveRelease('event-99', version);
      await change('event-0', { status: 'purged' });
      await ticked();
      await ticked();
      expect(await names()).toEqual([]);
      expect(await data.store.total('event-0')).toBe(0);
      expect(await ticked()).toMatchObject({ lists: 2, reads: 0, writes: 0 });
      process.stdout.write(`100 events: ${JSON.stringify({ made, idle, edited, drained, removed })}\n`);
    },
  );

  it('makes what an event needs as soon as it hears of it, and removes what belongs to none', async () => {
    const event = makeEvent({ code: 'flood' });
    await data.store.createEvent(event);
    expect(await controller.tell(event)).toBe(204);
    expect(await names()).toEqual(['normalizer-flood', 'tweets-flood']);

    const [stray] = await space.all('kafkasources');
    const { labels } = stray!.metadata;
    const metadata = {
      name: 'tweets-old',
      namespace: space.namespace,
      labels: { ...labels, 'epicenter.dev/event': 'old' },
    };
    await space.apply({ apiVersion: stray!.apiVersion, kind: stray!.kind, metadata, spec: stray!.spec });
    expect(await names()).toContain('tweets-old');
    expect(await controller.tick()).toBe(204);
    expect(await names()).toEqual(['normalizer-flood', 'tweets-flood']);
  });

  it('is one of two that do the same at once, and both succeed', async () => {
    const other = await startController(space.kubeconfigOf(), data.dir);
    const some = codes.slice(0, 20);
    for (const code of some) {
      await data.store.createEvent(makeEvent({ code }));
      await data.log.createTopic(rawTweets(code));
    }
    const both = () => Promise.all([controller.tick(), other.tick()]);
    expect(await both()).toEqual([204, 204]);
    expect(await names()).toHaveLength(40);
    for (const { metadata } of await space.all('services')) expect(metadata.generation).toBe(1);
    for (const code of some) {
      const { version } = await change(code, { status: 'archived' });
      await data.store.saveRelease(code, version);
    }
    for (const _ of [1, 2, 3]) expect(await both()).toEqual([204, 204]);
    expect(await names()).toEqual([]);
    await other.kill();
  });
});
