// A controller is killed at each of its writes, just before it takes effect and just after; another one's next ticks finish.
import type { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { rawTweets } from '../../eventing/topics.ts';
import { controller } from '../../functions/controller/app.ts';
import type { KubernetesCluster } from '../../knative/kubernetes.ts';
import type { EventStatus } from '../../sql/crisis-event.ts';
import { makeEvent, makeTweet } from '../factories.ts';
import { describeWithCluster, openSpace, type Space } from './cluster.ts';
import { type Data, openData, startController } from './controller-process.ts';
import { openProxy, type Proxy } from './counting-proxy.ts';
import { clusterAt } from './over-proxy.ts';

const CODE = 'flood';
const OBJECTS = ['normalizer-flood', 'tweets-flood'];

interface Step {
  readonly what: string;
  /** what had happened before */
  readonly status: EventStatus;
  readonly ticksBefore: number;
  /** writes that the step takes */
  readonly writes: number;
  readonly left: readonly string[];
  readonly tweets: number;
}

const STEPS: readonly Step[] = [
  { what: 'creates', status: 'active', ticksBefore: 0, writes: 2, left: OBJECTS, tweets: 1 },
  {
    what: 'finds drained what is archived',
    status: 'archived',
    ticksBefore: 1,
    writes: 1,
    left: [],
    tweets: 1,
  },
  { what: 'removes what is archived', status: 'archived', ticksBefore: 2, writes: 3, left: [], tweets: 1 },
  { what: 'removes what is purged', status: 'purged', ticksBefore: 2, writes: 3, left: [], tweets: 0 },
];
const CASES = STEPS.flatMap((step) =>
  Array.from({ length: step.writes }, (_, n) => n + 1).flatMap((nth) =>
    (['before', 'after'] as const).map((when) => ({ ...step, nth, when })),
  ),
);

describeWithCluster('a controller that is killed', (place) => {
  let space: Space;
  let proxy: Proxy;
  let data: Data;
  let cluster: KubernetesCluster;
  let survivor: Hono;

  beforeAll(async () => {
    space = await openSpace(place);
    proxy = await openProxy(space);
    cluster = await clusterAt(space.kubeconfigOf());
  });
  afterAll(async () => {
    await cluster.close();
    await proxy.close();
    await space.close();
  });
  beforeEach(async () => {
    data = await openData();
    survivor = controller({ ...data, cluster, report: () => undefined });
  });
  afterEach(() => data.close());

  const tick = async (): Promise<void> =>
    expect((await survivor.request('/tick', { method: 'POST' })).status).toBe(204);

  const names = async (): Promise<string[]> =>
    [...(await space.all('services')), ...(await space.all('kafkasources'))]
      .map(({ metadata }) => metadata.name)
      .toSorted();

  async function prepare({ status, ticksBefore }: Step): Promise<void> {
    const event = makeEvent({ code: CODE });
    await data.store.createEvent(event);
    await data.log.createTopic(rawTweets(CODE));
    await data.store.saveTweets([makeTweet({ event_name: CODE })]);
    if (ticksBefore === 0) return;
    await tick();
    await data.store.changeEvent({ ...event, status: 'archived', version: 2 });
    await data.store.saveRelease(CODE, 3);
    for (let ticks = 1; ticks < ticksBefore; ticks += 1) await tick();
    if (status === 'purged') await data.store.changeEvent({ ...event, status, version: 3 });
  }

  it.each(CASES)('while it $what, $when write $nth: the next ticks finish', async (step) => {
    const [doomed] = await Promise.all([
      startController(space.kubeconfigOf(proxy.url), data.dir),
      prepare(step),
    ]);
    let writes = 0;
    const killed = new Promise<void>((resolve, reject) => {
      proxy.watch = async (request, when) => {
        if (when === 'before' && !request.startsWith('GET')) writes += 1;
        if (writes !== step.nth || when !== step.when || request.startsWith('GET')) return;
        await doomed.kill();
        resolve();
        throw new Error('nobody waits for it');
      };
      void doomed.tick().then((status) => status !== 0 && reject(new Error('it survived')));
    });
    await killed;
    proxy.watch = async () => undefined;
    // Archived, a removal takes two ticks from the moment that everything is stored.
    for (const _ of [1, 2]) await tick();
    expect(await names()).toEqual(step.left);
    expect((await data.log.topics()).includes(rawTweets(CODE).name)).toBe(step.left.length > 0);
    expect(await data.store.total(CODE)).toBe(step.tweets);
    // Nothing of it is there for the next case.
    await data.store.changeEvent({ ...(await data.store.event(CODE))!, status: 'archived', version: 2 });
    await data.store.saveRelease(CODE, 2);
    for (const _ of [1, 2]) await tick();
    expect(await names()).toEqual([]);
  });
});
