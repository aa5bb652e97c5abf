// What needs no API server: whose a field is, and what an answer means. test/cluster asks a real one.
import { describe, expect, it } from 'vitest';
import { meaningOf, retryAfterMs, wordsOf } from '../../knative/kubernetes-answer.ts';
import { holds, isOurs, live, type Live, toApply } from '../../knative/kubernetes-fields.ts';
import type { Manifest } from '../../knative/cluster.ts';

const SCALE = 'autoscaling.knative.dev/max-scale';
const manifest: Manifest = {
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name: 'normalizer-flood', labels: { 'app.kubernetes.io/part-of': 'epicenter' } },
  spec: { template: { metadata: { annotations: { [SCALE]: '4' } }, spec: { containers: [{ image: 'x' }] } } },
};

/** The manifest as an API server has it, with these fields ours, and whatever else it says. */
function present(fieldsV1: Record<string, unknown>, scale = '4', operation = 'Apply'): Live {
  const { metadata } = toApply(manifest, undefined);
  return live.parse({
    ...manifest,
    metadata: {
      ...metadata,
      uid: 'u',
      resourceVersion: '1',
      managedFields: [{ manager: 'epicenter', operation, fieldsV1 }],
    },
    spec: {
      template: {
        metadata: { annotations: { [SCALE]: scale } },
        spec: { containers: [{ image: 'x', name: 'y' }] },
      },
    },
  });
}

const metadata = {
  'f:labels': { 'f:app.kubernetes.io/part-of': {} },
  'f:annotations': { '.': {}, 'f:epicenter.dev/applied': {} },
};
const scaled = { 'f:annotations': { [`f:${SCALE}`]: {} } };
const all = {
  'f:metadata': metadata,
  'f:spec': { 'f:template': { 'f:metadata': scaled, 'f:spec': { 'f:containers': {} } } },
};
const unscaled = { 'f:metadata': metadata, 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': {} } } } };
const noContainers = { 'f:metadata': metadata, 'f:spec': { 'f:template': { 'f:metadata': scaled } } };

const held = (object: Live, wanted = manifest): boolean => holds(object, toApply(wanted, object));
const mark = (of: Manifest) => toApply(of, undefined).metadata.annotations?.['epicenter.dev/applied'];
const annotationsOf = ({ spec }: Manifest) =>
  (spec['template'] as { metadata: { annotations: object } }).metadata.annotations;

describe('holds', () => {
  it('is true while every field is ours, whatever the cluster has filled in', () => {
    expect(held(present(all))).toBe(true);
  });

  it('is false once somebody else has changed a field, or the manifest is another', () => {
    expect(held(present(noContainers))).toBe(false);
    expect(held(present(all), { ...manifest, spec: { ...manifest.spec, more: 1 } })).toBe(false);
  });

  it('is false for an object that was put there in another way', () => {
    expect(held(present(all, '4', 'Update'))).toBe(false);
  });

  it('is true without the scaling that is somebody else’s', () => {
    expect(held(present(unscaled, '9'))).toBe(true);
  });
});

describe('toApply', () => {
  it('leaves out the scaling that somebody else has set, and nothing that is ours or nobody’s', () => {
    expect(annotationsOf(toApply(manifest, present(unscaled, '9')))).toEqual({});
    expect(annotationsOf(toApply(manifest, present(all)))).toEqual({ [SCALE]: '4' });
    expect(annotationsOf(toApply(manifest, undefined))).toEqual({ [SCALE]: '4' });
  });

  it('marks two manifests alike only when they are', () => {
    expect(mark(manifest)).toBe(mark(structuredClone(manifest)));
    expect(mark(manifest)).not.toBe(mark({ ...manifest, spec: {} }));
  });
});

describe('isOurs', () => {
  it('goes by the label, or by who applied it', () => {
    expect(isOurs(present({}))).toBe(true);
    const unlabelled = present(all);
    expect(isOurs({ ...unlabelled, metadata: { ...unlabelled.metadata, labels: {} } })).toBe(true);
    const stranger = present(all, '4', 'Update');
    expect(isOurs({ ...stranger, metadata: { ...stranger.metadata, labels: {} } })).toBe(false);
  });
});

describe('meaningOf', () => {
  it.each([
    [200, 'done'],
    [201, 'done'],
    [400, 'refused'],
    [401, 'stranger'],
    [403, 'refused'],
    [404, 'absent'],
    [409, 'conflict'],
    [410, 'expired'],
    [422, 'refused'],
    [429, 'again'],
    [500, 'again'],
    [503, 'again'],
    [504, 'again'],
  ])('takes %i for %s', (status, meaning) => {
    expect(meaningOf({ status, body: undefined })).toBe(meaning);
  });

  it('takes a 500 about the manifest’s own fields for a refusal', () => {
    const message =
      'failed to create typed patch object (/x; v1, Kind=Service): .spec.colour: field not declared';
    expect(meaningOf({ status: 500, body: { kind: 'Status', message } })).toBe('refused');
  });
});

describe('wordsOf', () => {
  it('gives the server’s words, cut where they go on and on, or its status when there are none', () => {
    const answer = { status: 422, retryAfterMs: undefined };
    expect(wordsOf({ ...answer, body: { message: 'not so' } })).toBe('not so');
    expect(wordsOf({ ...answer, body: { message: 'x'.repeat(5_000) } })).toHaveLength(1_001);
    expect(wordsOf({ ...answer, body: undefined })).toBe('it answered 422');
  });
});

describe('retryAfterMs', () => {
  it.each([
    ['1', 1_000],
    [undefined, undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['-1', undefined],
  ])('reads %s as %s', (header, ms) => {
    expect(retryAfterMs(header)).toBe(ms);
  });
});
