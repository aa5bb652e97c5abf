import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Manifest, Refused, Unavailable } from '../../knative/cluster.ts';
import { KubernetesCluster } from '../../knative/kubernetes.ts';
import { podAccess } from '../../knative/kubernetes-access.ts';
import { withFirstPod } from '../../knative/kubernetes-start.ts';
import { fixedManifests } from '../../knative/manifests.ts';
import { describeWithCluster, type Space } from './cluster.ts';
import type { Proxy } from './counting-proxy.ts';
import { clusterAt, openOver, type Over, service, source, withTemplate } from './over-proxy.ts';

const { name } = service.metadata;
const ours = { 'app.kubernetes.io/part-of': 'epicenter' };

describeWithCluster('KubernetesCluster', (place) => {
  let over: Over;
  let space: Space;
  let proxy: Proxy;
  let cluster: KubernetesCluster;

  beforeEach(async () => {
    over = await openOver(place);
    ({ space, proxy, cluster } = over);
  });
  afterEach(() => over.close());

  it.each<[string, Manifest, RegExp]>([
    [
      'what the webhook denies',
      withTemplate(({ spec }) => (spec['containerConcurrency'] = -3)),
      /expected 0 <= -3/,
    ],
    ['a field that is unknown', withTemplate(({ spec }) => (spec['colour'] = 'red')), /colour/],
    [
      'a value of the wrong type',
      { ...source, spec: { ...source.spec, consumers: 'many' } } satisfies Manifest,
      /consumers/,
    ],
  ])('says that the cluster refuses %s', async (_what, manifest, why) => {
    await expect(cluster.apply(manifest)).rejects.toThrow(Refused);
    await expect(cluster.apply(manifest)).rejects.toThrow(why);
  });

  it('says that a consumer group cannot change, and that a right is missing', async () => {
    await cluster.apply(source);
    const other = { ...source, spec: { ...source.spec, consumerGroup: 'other' } };
    await expect(cluster.apply(other)).rejects.toThrow(/immutable/);
    const sink = fixedManifests().find(({ kind }) => kind === 'KafkaSink')!;
    await expect(cluster.apply(sink)).rejects.toThrow(Refused);
    await expect(cluster.apply(sink)).rejects.toThrow(/kafkasinks.*forbidden|forbidden.*kafkasinks/);
  });

  it('touches nothing that is not ours', async () => {
    const stranger = { ...service.metadata, namespace: space.namespace, labels: {} };
    await space.apply({ ...withFirstPod(service), metadata: stranger });
    await expect(cluster.apply(service)).rejects.toThrow(/not ours/);
    await expect(cluster.delete('Service', name)).rejects.toThrow(/not ours/);
    expect((await space.get('services', name)).metadata.labels).toBeUndefined();
  });

  it(
    'lists by label over several pages, and deletes what may be gone already',
    { timeout: 180_000 },
    async () => {
      const { apiVersion, kind, metadata, spec } = source;
      const codes = Array.from({ length: 510 }, (_, n) => `event-${n}`);
      for (let at = 0; at < codes.length; at += 10) {
        await Promise.all(
          codes.slice(at, at + 10).map((code) =>
            space.apply({
              apiVersion,
              kind,
              spec,
              metadata: { ...metadata, name: `tweets-${code}`, namespace: space.namespace },
            }),
          ),
        );
      }
      proxy.clear();
      const found = await cluster.list('KafkaSource', ours);
      expect(new Set(found.map((object) => object.metadata.name)).size).toBe(510);
      expect(proxy.requests).toHaveLength(2);
      expect(await cluster.list('KafkaSource', { ...ours, 'epicenter.dev/event': 'nobody' })).toEqual([]);
      await cluster.delete('KafkaSource', 'tweets-event-0');
      await cluster.delete('KafkaSource', 'tweets-event-0');
      expect(await cluster.list('KafkaSource', ours)).toHaveLength(509);
    },
  );

  it('is reached from a pod by what Kubernetes puts there, also when the token changes', async () => {
    const { hostname, port } = new URL(space.server);
    const folder = mkdtempSync(join(tmpdir(), 'epicenter-pod-'));
    const put = (file: string, text: string): void => writeFileSync(join(folder, file), `${text}\n`);
    put('namespace', space.namespace);
    put('ca.crt', space.ca);
    put('token', space.token);
    const access = podAccess({ KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }, folder);
    const inPod = new KubernetesCluster({ access, countsPods: false });
    await inPod.apply(service);
    expect(await inPod.list('Service', ours)).toHaveLength(1);
    put('token', 'expired');
    await expect(inPod.list('Service', ours)).rejects.toThrow(/does not know who we are/);
    put('token', space.token);
    await inPod.delete('Service', name);
    expect(await space.all('services')).toEqual([]);
    await inPod.close();
    rmSync(folder, { recursive: true });
  });

  it('waits until a deleted object is gone', async () => {
    await cluster.apply(source);
    const finalizers = ['example.org/wait'];
    await space.put(
      'kafkasources',
      source.metadata.name,
      ({ metadata }) => void (metadata.finalizers = finalizers),
    );
    let gone = false;
    const deleted = cluster.delete('KafkaSource', source.metadata.name).then(() => (gone = true));
    await expect
      .poll(async () => (await space.get('kafkasources', source.metadata.name)).metadata.deletionTimestamp)
      .toBeDefined();
    expect(gone).toBe(false);
    await expect(cluster.apply(source)).rejects.toThrow(/being deleted/);
    await space.put('kafkasources', source.metadata.name, ({ metadata }) => void (metadata.finalizers = []));
    await deleted;
    expect(await space.all('kafkasources')).toEqual([]);
  });

  it('tries again while the server is away, and says so when it stays away', async () => {
    let failures = 3;
    proxy.watch = async () => {
      if ((failures -= 1) >= 0) throw new Error('cut');
    };
    await cluster.apply(service);
    expect(await space.all('services')).toHaveLength(1);
    const nowhere = await clusterAt(space.kubeconfigOf('http://127.0.0.1:1'), 1_000);
    await expect(nowhere.list('Service', ours)).rejects.toThrow(Unavailable);
    await expect(nowhere.apply(service)).rejects.toThrow(/127\.0\.0\.1:1.*ECONNREFUSED/);
    await nowhere.close();
    // It takes the connection, and says nothing.
    proxy.watch = () => new Promise(() => undefined);
    const silent = await clusterAt(space.kubeconfigOf(proxy.url), 1_000);
    await expect(silent.apply(service)).rejects.toThrow(Unavailable);
    await silent.close();
  });
});
