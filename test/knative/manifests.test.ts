// The YAML there is, and what the local cluster says of YAML that is wrong.
import { describe, expect, test } from 'vitest';
import { Refused, type Manifest } from '../../knative/cluster.ts';
import {
  fixedManifests,
  normalizerGroup,
  normalizerManifests,
  normalizerName,
  sourceName,
} from '../../knative/manifests.ts';
import { parseManifest } from '../../knative/schemas.ts';
import { calling, rig, service, source } from './local-fixture.ts';

const nothing = calling(() => new Response());
const ours = {
  'functions/event-api/main.ts': nothing,
  'functions/controller/main.ts': nothing,
  'functions/normalizer/main.ts': nothing,
};

describe('our own YAML', () => {
  test('is taken by the local cluster, unchanged', async () => {
    const { cluster } = await rig(ours);
    const { service: normalizer, source: tweets } = normalizerManifests('flood');
    const manifests = [...fixedManifests(), normalizer, tweets];
    for (const manifest of manifests) await cluster.apply(manifest);
    for (const manifest of manifests) {
      const found = await cluster.list(manifest.kind, manifest.metadata.labels ?? {});
      expect(found).toContainEqual(expect.objectContaining(manifest));
    }
    expect((await cluster.list('Service', { 'epicenter.dev/event': 'flood' })).length).toBe(1);
    expect((await cluster.list('KafkaSource', { 'epicenter.dev/event': 'other' })).length).toBe(0);
  });

  test('names a dead letter sink and two hours of retries in every KafkaSource', () => {
    const sources = [...fixedManifests(), normalizerManifests('flood').source]
      .map((manifest) => parseManifest(manifest))
      .filter((manifest) => manifest.kind === 'KafkaSource');
    expect(sources.map(({ metadata }) => metadata.name)).toHaveLength(3);
    for (const { spec } of sources) {
      expect(spec.delivery).toMatchObject({ retry: 120, backoffPolicy: 'linear', backoffDelay: 'PT1S' });
      expect(spec.delivery?.deadLetterSink?.ref.name).toBe('dead-letters');
    }
  });
});

interface Net {
  enable: boolean;
  type?: { secretKeyRef: { key: string } };
  caCert?: { secretKeyRef: { key: string } };
}

describe('normalizerManifests', () => {
  test('fills every place that names the event', () => {
    const { service: normalizer, source: tweets } = normalizerManifests('flood-2013');
    expect(JSON.stringify([normalizer, tweets])).not.toContain('CODE');
    expect(normalizer.metadata.name).toBe('normalizer-flood-2013');
    expect(tweets.metadata.name).toBe('tweets-flood-2013');
    expect(tweets.spec).toMatchObject({
      topics: ['raw-tweets.flood-2013'],
      consumerGroup: 'normalizer-flood-2013',
      ordering: 'unordered',
      sink: { ref: { name: 'normalizer-flood-2013' } },
    });
    expect([normalizerName('a'), sourceName('a'), normalizerGroup('a')]).toEqual([
      'normalizer-a',
      'tweets-a',
      'normalizer-a',
    ]);
  });

  test.each([
    [{ sasl: false, tls: false, ownCa: false }, {}],
    [{ sasl: true, tls: false, ownCa: false }, { sasl: 'KAFKA_SASL_MECHANISM' }],
    [{ sasl: false, tls: true, ownCa: false }, { tls: undefined }],
    [
      { sasl: true, tls: true, ownCa: true },
      { sasl: 'KAFKA_SASL_MECHANISM', tls: 'kafka-ca.crt' },
    ],
  ])('has Knative speak to Kafka as the processes do: %j', (kafka, keys) => {
    const { source: tweets } = normalizerManifests('flood', { image: 'i', brokers: 'b:1', kafka });
    const { sasl, tls, ...rest } = (tweets.spec['net'] ?? {}) as Record<string, Net>;
    expect(rest).toEqual({});
    const found = {
      ...(sasl && { sasl: sasl.type?.secretKeyRef.key }),
      ...(tls && { tls: tls.caCert?.secretKeyRef.key }),
    };
    expect(found).toEqual(keys);
    for (const part of [sasl, tls]) expect(part?.enable ?? true).toBe(true);
  });

  test('keeps events apart', () => {
    const first = normalizerManifests('one');
    normalizerManifests('two');
    expect(normalizerManifests('one')).toEqual(first);
  });
});

const changed = (manifest: Manifest, change: Partial<Manifest>): Manifest => ({ ...manifest, ...change });
const withAnnotation = (key: string): Manifest => service({}, { [key]: '1' });

describe('LocalCluster', () => {
  test.each<[string, Manifest]>([
    ['spec.retries: unknown field', source({ retries: 1 })],
    ['spec.delivery.retrys: unknown field', source({ delivery: { retrys: 1 } })],
    ['spec.delivery.timeout: An ISO 8601 duration', source({ delivery: { timeout: '5s' } })],
    ['spec.consumerGroup:', source({ consumerGroup: undefined })],
    ['spec.ordering:', source({ ordering: 'any' })],
    ['spec.sink.ref.kind:', source({ sink: { ref: { apiVersion: 'v1', kind: 'Pod', name: 'x' } } })],
    ['spec.template.spec.containerConcurency: unknown field', service({ containerConcurency: 1 })],
    ['autoscaling.knative.dev/windw: unknown field', withAnnotation('autoscaling.knative.dev/windw')],
    ['autoscaling.knative.dev/window: A Go duration', withAnnotation('autoscaling.knative.dev/window')],
    ['metadata.name:', changed(service(), { metadata: { name: 'Sink' } })],
    [
      'metadata.annotations.autoscaling.knative.dev/min-scale:',
      changed(service(), {
        metadata: { name: 'sink', annotations: { 'autoscaling.knative.dev/min-scale': '1' } },
      }),
    ],
    ['apiVersion:', changed(source(), { apiVersion: 'sources.knative.dev/v1beta1' })],
    ['kind:', changed(source(), { kind: 'KafkaChannel' })],
  ])('refuses a manifest and says %s', async (problem, manifest) => {
    const { cluster } = await rig({ 'sink.ts': nothing });
    const applied = cluster.apply(manifest);
    await expect(applied).rejects.toBeInstanceOf(Refused);
    await expect(applied).rejects.toThrow(problem);
  });

  test('refuses a schedule that is none', async () => {
    const { cluster } = await rig({ 'sink.ts': nothing });
    const tick = fixedManifests().find(({ kind }) => kind === 'PingSource')!;
    const bad = { ...tick, spec: { ...tick.spec, schedule: 'every day', timezone: 'Mars/Base' } };
    await expect(cluster.apply(bad)).rejects.toThrow(/spec\.schedule: .*spec\.timezone: /);
  });

  test('refuses a program that it does not have, and a change of consumer group', async () => {
    const { cluster } = await rig({ 'other.ts': nothing });
    await expect(cluster.apply(service())).rejects.toThrow('there is no sink.ts, only other.ts');
    await cluster.apply(source());
    await expect(cluster.apply(source({ consumerGroup: 'others' }))).rejects.toThrow('cannot change');
  });

  test('refuses work after it is closed', async () => {
    const { cluster } = await rig({ 'sink.ts': nothing });
    await Promise.all([cluster.close(), cluster.close()]);
    await expect(cluster.apply(service())).rejects.toThrow('closed');
  });
});
