// Whose fields are whose, by what a real API server says of them.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Running } from '../../knative/cluster.ts';
import type { KubernetesCluster } from '../../knative/kubernetes.ts';
import { fixedManifests } from '../../knative/manifests.ts';
import { describeWithCluster, type Space } from './cluster.ts';
import type { Proxy } from './counting-proxy.ts';
import {
  clusterAt,
  openOver,
  type Over,
  service,
  source,
  type Template,
  templateOf,
  withTemplate,
} from './over-proxy.ts';

const { name } = service.metadata;
const INITIAL_SCALE = 'autoscaling.knative.dev/initial-scale';
const MAX_SCALE = 'autoscaling.knative.dev/max-scale';
const ours = { 'app.kubernetes.io/part-of': 'epicenter' };

describeWithCluster('KubernetesCluster, beside people,', (place) => {
  let over: Over;
  let space: Space;
  let proxy: Proxy;
  let cluster: KubernetesCluster;

  beforeEach(async () => {
    over = await openOver(place);
    ({ space, proxy, cluster } = over);
  });
  afterEach(() => over.close());

  const listed = async (): Promise<Running> => (await cluster.list('Service', ours))[0]!;
  const writes = (): string[] => proxy.requests.filter((request) => !request.startsWith('GET'));

  it('takes every manifest of ours under strict validation, without a change the second time', async () => {
    const manifests = [...fixedManifests(), service, source].filter(({ kind }) => kind !== 'PingSource');
    const objects = manifests.filter(({ kind }) => kind === 'Service' || kind === 'KafkaSource');
    for (const manifest of objects) await cluster.apply(manifest);
    const before = await Promise.all([space.all('services'), space.all('kafkasources')]);
    for (const manifest of objects) await cluster.apply(manifest);
    const after = await Promise.all([space.all('services'), space.all('kafkasources')]);
    expect(after).toEqual(before);
    // And one in vain: Knative as it is installed makes no Service without a first pod.
    expect(writes()).toHaveLength(objects.length + 1);
  });

  it('makes a Service with a first pod where none is not allowed, and leaves it so', async () => {
    await cluster.apply(service);
    expect(Object.keys((await templateOf(space)).metadata.annotations)).not.toContain(INITIAL_SCALE);
    proxy.clear();
    const later = await clusterAt(space.kubeconfigOf(proxy.url));
    await later.apply(service);
    expect(writes()).toEqual([]);
    await later.close();
  });

  it('keeps what a person adds and how a person scales, and costs no write for it', async () => {
    await cluster.apply(service);
    await space.put('services', name, (object) => {
      object.metadata.annotations!['example.org/owner'] = 'Ada';
      (object.spec!['template'] as Template).metadata.annotations[MAX_SCALE] = '9';
    });
    proxy.clear();
    await cluster.apply(service, await listed());
    await cluster.apply(service);
    expect(writes()).toEqual([]);
    await cluster.apply(withTemplate(({ spec }) => (spec['timeoutSeconds'] = 240)));
    expect(writes()).toHaveLength(1);
    const template = await templateOf(space);
    expect(template.metadata.annotations).toMatchObject({
      [MAX_SCALE]: '9',
      'autoscaling.knative.dev/window': '60s',
    });
    expect(template.spec['timeoutSeconds']).toBe(240);
    expect((await space.get('services', name)).metadata.annotations).toMatchObject({
      'example.org/owner': 'Ada',
    });
  });

  it('keeps the scaling that a person sets just before it writes', async () => {
    await cluster.apply(service);
    const stale = await listed();
    await space.put('services', name, (object) => {
      (object.spec!['template'] as Template).metadata.annotations[MAX_SCALE] = '9';
    });
    await cluster.apply(
      withTemplate(({ spec }) => (spec['timeoutSeconds'] = 240)),
      stale,
    );
    const template = await templateOf(space);
    expect([template.metadata.annotations[MAX_SCALE], template.spec['timeoutSeconds']]).toEqual(['9', 240]);
  });

  it.each<[string, (object: Template) => void]>([
    ['concurrency', ({ spec }) => (spec['containerConcurrency'] = 3)],
    ['image', ({ spec }) => (spec.containers[0]!['image'] = 'dev.local/other:1')],
    ['environment', ({ spec }) => (spec.containers[0]!['env'] = [{ name: 'A', value: 'b' }])],
  ])('takes back another %s', async (_what, change) => {
    await cluster.apply(service);
    const before = await templateOf(space);
    await space.put('services', name, ({ spec }) => change(spec!['template'] as Template));
    expect(await templateOf(space)).not.toEqual(before);
    await cluster.apply(service, await listed());
    expect(await templateOf(space)).toEqual(before);
  });

  it('takes back a label that somebody removed, and removes what it no longer wants', async () => {
    await cluster.apply({
      ...source,
      metadata: { ...source.metadata, annotations: { 'epicenter.dev/drained': 'true' } },
    });
    await space.put('kafkasources', source.metadata.name, ({ metadata }) => {
      delete metadata.labels!['epicenter.dev/event'];
    });
    await cluster.apply(source);
    const { metadata } = await space.get('kafkasources', source.metadata.name);
    expect(metadata.labels).toEqual(source.metadata.labels);
    expect(metadata.annotations).not.toHaveProperty('epicenter.dev/drained');
  });
});
