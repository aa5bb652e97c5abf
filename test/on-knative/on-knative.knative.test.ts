// Epicenter on a real Knative, from `kubectl apply -k .` to an archived event; docs/on-knative.md has a run's numbers. The tests
// are one story and need each other. ON_KNATIVE_REPORT is a folder for the numbers and the picture of pods over time,
// ON_KNATIVE_QUIET how many minutes nobody looks (5), ON_KNATIVE_SEED repeats which pods are killed.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { normalizerName, sourceName } from '../../knative/manifests.ts';
import { randomFrom } from '../bench/random.ts';
import { describeOnKnative } from './describe.ts';
import { killOne } from './killing.ts';
import { askService } from './over-ingress.ts';
import { isReady, serviceOf } from './pods.ts';
import { busy, idle, LATER, NORMALIZER, openStory, type Story } from './story.ts';

const BURST = 20_000;
const BURST_PER_SECOND = 1_000; // four times what X sends at most
const QUIET_MS = Number(process.env['ON_KNATIVE_QUIET'] ?? 5) * 60_000;
const SEED = Number(process.env['ON_KNATIVE_SEED'] ?? Date.now() % 1_000_000);
const QUIET_EVERY_MS = 500;
const KILLS = 12;
const TICK = { method: 'POST', path: '/tick' };
const SOON = { timeout: 60_000, interval: 100 };

describeOnKnative('Epicenter on Knative', ({ kubeconfig, tag }) => {
  let story: Story;
  let place: Story['place'];

  beforeAll(async () => {
    story = await openStory(kubeconfig, tag, SEED);
    place = story.place;
  });
  afterAll(() => story?.close());

  const kubectl = (...args: string[]) => place.kube.tool('kubectl', '-n', 'epicenter', ...args);
  const rulesAtX = async (): Promise<unknown[]> =>
    ((await place.x('GET', '/2/tweets/search/stream/rules')) as { data?: unknown[] }).data ?? [];

  async function ready(plural: 'services' | 'kafkasources', name: string): Promise<void> {
    await vi.waitFor(async () => {
      const one = (await place.kube.all(plural)).find(({ metadata }) => metadata.name === name);
      const is = expect.objectContaining({ type: 'Ready', status: 'True' });
      expect(one?.status?.conditions).toContainEqual(is);
    }, SOON);
  }

  /** Posts until so many more of the event are generated. Whether the stream was never cut. */
  async function burst(): Promise<boolean> {
    const began = Date.now();
    const before = await story.simulator();
    const more = async (): Promise<number> => (await story.simulator()).matching - before.matching;
    await story.flow(BURST_PER_SECOND);
    await vi.waitFor(async () => expect(await more()).toBeGreaterThanOrEqual(BURST), LATER);
    await story.hold();
    // A reader who cannot keep up, because this machine has much else to do, is cut off: the ledger must say so.
    const whole = (await story.simulator()).connections === before.connections;
    if (!whole) story.outages.push({ from: began, to: Date.now() });
    return whole;
  }

  it('answers after kubectl apply -k .', async () => {
    const began = Date.now();
    await vi.waitFor(async () => {
      const { tracker, services } = await place.status();
      expect(tracker).toMatchObject({ state: 'idle', problem: null });
      expect(services.map(({ name }) => name).toSorted()).toEqual(['controller', 'event-api']);
    }, LATER);
    story.tell('installed', { applyMs: place.installMs, thenReadyMs: Date.now() - began });
  });

  it('gets a normalizer for an event that is made through its API', async () => {
    story.begin('an event');
    const began = performance.now();
    for (const { name, keywords } of [busy, idle]) {
      const made = await place.api('POST', '/api/events', { name, keywords });
      expect(made.status, await made.text()).toBe(201);
    }
    const since = (): number => Math.round(performance.now() - began);
    await ready('services', NORMALIZER);
    const serviceMs = since();
    await ready('kafkasources', sourceName(busy.code));
    const sourceMs = since();
    await vi.waitFor(async () => expect((await rulesAtX()).length).toBeGreaterThanOrEqual(2), SOON);
    story.tell('event', { serviceMs, sourceMs, rulesMs: since() });
    await sleep(5_000);
    await story.hold();
    story.outages.push({ from: 0, to: Date.now() });
    await story.settled();
    story.tell('firstPosts', await story.nothingLost());
  });

  it('is asleep after its window', async () => {
    story.begin('nobody posts');
    const began = Date.now();
    await story.asleep(NORMALIZER);
    story.tell('asleepAfterMs', Date.now() - began);
    await story.asleep('event-api');
  });

  it('wakes for a post and stores it within five seconds', async () => {
    story.begin('one post');
    const wakeMs = await story.onePost();
    const awakeMs: number[] = [];
    for (let n = 0; n < 5; n += 1) awakeMs.push(await story.onePost());
    story.tell('onePost', { wakeMs, awakeMs });
    expect(wakeMs).toBeLessThanOrEqual(5_000);
    await story.nothingLost();
  });

  it('stores a burst of 20,000 posts as they come, each once', async () => {
    story.begin('20,000 posts');
    const began = Date.now();
    const whole = await burst();
    const sentMs = Date.now() - began;
    await story.settled();
    const storedMs = Date.now() - began;
    const found = await story.nothingLost();
    story.tell('burst', { sentMs, storedMs, ...found, pods: story.mostReady(NORMALIZER, began) });
    if (whole) expect(found.rows).toBeGreaterThanOrEqual(BURST);
  });

  it('scales out for 20,000 posts that wait, stores each once, and goes back to sleep', async () => {
    story.begin('20,000 wait');
    let whole = true;
    await place.withoutDelivery(async () => {
      whole = await burst();
      await story.asleep(NORMALIZER);
    });
    story.begin('delivered');
    const began = Date.now();
    await story.settled();
    const storedMs = Date.now() - began;
    const found = await story.nothingLost();
    const pods = story.mostReady(NORMALIZER, began);
    const over = Date.now();
    await story.asleep(NORMALIZER);
    story.tell('backlog', { storedMs, ...found, pods, asleepAfterMs: Date.now() - over });
    if (whole) expect(found.rows).toBeGreaterThanOrEqual(BURST);
    expect(pods).toBeGreaterThan(1);
    expect(story.mostReady(normalizerName(idle.code), began)).toBe(0);
  });

  it('loses and doubles nothing when pods are killed at random', async () => {
    story.begin('pods killed');
    const chance = randomFrom(SEED);
    await story.flow(200);
    const killed: string[] = [];
    for (let n = 0; n < KILLS; n += 1) {
      await sleep(2_000 + chance.int(6_000));
      // So that there is one of those, too.
      if (n % 4 === 0) expect((await place.api('GET', '/api/events')).status).toBe(200);
      if (n % 4 === 1) expect((await askService('controller', TICK)).status).toBe(204);
      const { what, outage } = await killOne(place, chance);
      killed.push(what);
      if (outage !== undefined) story.outages.push(outage);
    }
    await sleep(3_000);
    await story.hold();
    await story.settled();
    story.tell('killed', { killed, ...(await story.nothingLost()) });
  });

  it('sleeps while it collects and nobody looks', async () => {
    await story.asleep('event-api');
    story.begin('nobody looks');
    const began = Date.now();
    while (Date.now() - began < QUIET_MS) {
      await story.send();
      await sleep(QUIET_EVERY_MS);
    }
    const looks = place.watch.looks.filter(({ at }) => at >= began);
    const atZero = (service: string): number =>
      looks.filter(({ there }) => (there[service] ?? 0) === 0).length / looks.length;
    const shares = { 'event-api': atZero('event-api'), controller: atZero('controller') };
    await story.settled();
    story.tell('quiet', { ms: QUIET_MS, shares, ...(await story.nothingLost()) });
    expect(shares['event-api']).toBeGreaterThanOrEqual(0.8);
    expect(shares.controller).toBeGreaterThanOrEqual(0.8);
  });

  it('leaves nothing of an archived event behind but what it stored', async () => {
    story.begin('archived');
    const total = await place.store.total(busy.code);
    for (const { code } of [busy, idle])
      expect((await place.api('DELETE', `/api/events/${code}`)).status).toBe(200);
    // Two ticks have to find it drained, and five minutes each are long.
    const sooner = JSON.stringify({ spec: { schedule: '*/10 * * * * *' } });
    await kubectl('patch', 'pingsource', 'controller-tick', '--type=merge', '-p', sooner);
    const began = Date.now();
    await vi.waitFor(async () => {
      const objects = [...(await place.kube.all('services')), ...(await place.kube.all('kafkasources'))];
      const pods = (await place.kube.pods()).map(({ metadata }) => metadata!.name!);
      const names = [...objects.map(({ metadata }) => metadata.name), ...pods, ...(await place.log.topics())];
      expect(names.filter((name) => name.includes(busy.code) || name.includes(idle.code))).toEqual([]);
    }, LATER);
    story.tell('archivedMs', Date.now() - began);
    expect(await rulesAtX()).toEqual([]);
    expect(await place.store.total(busy.code)).toBe(total);
    expect((await place.kube.pods()).filter(isReady).map(serviceOf)).toContain('tracker');
  });
});
