// What the cluster will not have, or not from the controller, is said on the event's page; the others go on.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readAll } from '../../eventing/announced.ts';
import { COLLECTION } from '../../eventing/topics.ts';
import { eventApi } from '../../functions/event-api/app.ts';
import { makeEvent } from '../factories.ts';
import { describeWithCluster, openSpace, rights, type Space } from './cluster.ts';
import { type ControllerProcess, type Data, openData, startController } from './controller-process.ts';

describeWithCluster('a controller that the cluster refuses', (place) => {
  let space: Space;
  let data: Data;
  let controller: ControllerProcess;
  const stopping = new AbortController();

  beforeEach(async () => {
    space = await openSpace(place);
    data = await openData();
    controller = await startController(space.kubeconfigOf(), data.dir);
    for (const code of ['bad', 'good']) await data.store.createEvent(makeEvent({ code }));
  });
  afterEach(async () => {
    stopping.abort();
    // They are the whole cluster's; only one of the tests makes them.
    await Promise.allSettled(policy().map((object) => space.remove(object)));
    await controller.kill();
    await data.close();
    await space.close();
  });

  const names = async (): Promise<string[]> =>
    [...(await space.all('services')), ...(await space.all('kafkasources'))]
      .map(({ metadata }) => metadata.name)
      .toSorted();

  /** A new one each time: it remembers nothing that it has read. */
  const api = (path: string, init?: RequestInit) =>
    eventApi({
      ...data,
      cluster: { list: async () => [] },
      now: () => new Date(),
      access: { loopback: true, token: undefined },
      signal: stopping.signal,
      report: () => undefined,
    }).request(`http://127.0.0.1${path}`, { headers: { host: '127.0.0.1' }, ...init });

  /** What the KafkaSource on `collection` does. */
  async function deliverNotes(): Promise<number> {
    const notes: Promise<Response>[] = [];
    await readAll(data.log, COLLECTION.name, ({ headers, value }) => {
      const attributes = Object.entries(headers).map(([name, text]) => [name.replace('ce_', 'ce-'), text]);
      const init = { method: 'POST', headers: Object.fromEntries(attributes), body: Buffer.from(value!) };
      notes.push(Promise.resolve(api('/deliveries', init)));
    });
    for (const answer of await Promise.all(notes)) expect(answer.status).toBe(204);
    return notes.length;
  }
  const page = async (code: string): Promise<string> => (await api(`/events/${code}`)).text();

  /** Denies the namespace's objects that belong to the event `bad`. */
  const policy = () => {
    const metadata = { name: space.namespace };
    const matchConstraints = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': space.namespace } },
      resourceRules: [
        {
          apiGroups: ['serving.knative.dev'],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['services'],
        },
      ],
    };
    const validations = [
      { expression: "object.metadata.name != 'normalizer-bad'", message: 'no bad normalizers here' },
    ];
    const apiVersion = 'admissionregistration.k8s.io/v1';
    return [
      { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata, spec: { matchConstraints, validations } },
      {
        apiVersion,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata,
        spec: { policyName: space.namespace, validationActions: ['Deny'] },
      },
    ];
  };

  it('says on the page what is refused, once, and until when; the other event goes on', async () => {
    for (const object of policy()) await space.apply(object);
    // A policy takes a moment to act.
    await expect
      .poll(
        async () => {
          expect(await controller.tick()).toBe(204);
          if (controller.said().includes('no bad normalizers here')) return true;
          for (const object of await space.all('services')) await space.remove(object);
          return false;
        },
        { timeout: 30_000 },
      )
      .toBe(true);
    expect(await names()).toContain('normalizer-good');
    expect(await names()).not.toContain('normalizer-bad');
    expect(await deliverNotes()).toBe(1);
    expect(await page('bad')).toContain('no bad normalizers here');
    expect(await page('bad')).toContain('until now');
    expect(await page('good')).not.toContain('no bad normalizers here');
    expect(await controller.tick()).toBe(204);
    expect(await deliverNotes()).toBe(1);

    for (const object of policy()) await space.remove(object);
    await expect
      .poll(
        async () => {
          expect(await controller.tick()).toBe(204);
          return names();
        },
        { timeout: 30_000 },
      )
      .toEqual(['normalizer-bad', 'normalizer-good', 'tweets-bad', 'tweets-good']);
    expect(await deliverNotes()).toBe(2);
    expect(await page('bad')).not.toContain('until now');
    expect(await data.store.gaps('bad')).toHaveLength(1);
  });

  it('says which right it lacks, does the rest, and finishes when it has it', async () => {
    const rules = rights(space.namespace).find(({ kind }) => kind === 'Role')!;
    const [services] = rules.rules!;
    await space.apply({
      ...rules,
      rules: [services, { ...(rules.rules![1] as object), verbs: ['get', 'list'] }],
    });
    // A change of rights takes a moment to act.
    await expect
      .poll(
        async () => {
          for (const object of await space.all('kafkasources')) await space.remove(object);
          expect(await controller.tick()).toBe(204);
          return controller.said();
        },
        { timeout: 30_000 },
      )
      .toMatch(/KafkaSource tweets-good: .*forbidden/);
    expect((await space.all('services')).map(({ metadata }) => metadata.name)).toEqual([
      'normalizer-bad',
      'normalizer-good',
    ]);
    await deliverNotes();
    expect(await page('good')).toContain('forbidden');
    await space.apply(rules);
    await expect
      .poll(
        async () => {
          await controller.tick();
          return names();
        },
        { timeout: 20_000 },
      )
      .toHaveLength(4);
  });

  it('answers 503 and says why when it may not even look', async () => {
    const role = rights(space.namespace).find(({ kind }) => kind === 'Role')!;
    await space.apply({ ...role, rules: [] });
    await expect.poll(() => controller.tick(), { timeout: 20_000 }).toBe(503);
    expect(controller.said()).toMatch(/cannot list resource/);
  });
});
