// Whose a field is: what of a manifest to apply, and whether an object holds it already, by the ownership that server-side apply
// keeps in `managedFields` ("Server-Side Apply", Kubernetes documentation). Pure.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Manifest } from './cluster.ts';

/** Every object of this system carries it; nothing else is touched. */
export const OURS = { name: 'app.kubernetes.io/part-of', value: 'epicenter' } as const;
/** The one name under which we apply. */
export const MANAGER = 'epicenter';
/** What was applied last, as a hash: a field that we want otherwise, or no longer, shows here. */
const APPLIED = 'epicenter.dev/applied';
/** Of the revision template; what `kn service update --scale-max` and its like set is a person's to decide. */
const SCALING = 'autoscaling.knative.dev/';

const strings = z.record(z.string(), z.string());
const fields = z.record(z.string(), z.unknown());

/** An object as the API server has it, as far as we look at it. */
export const live = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    labels: strings.optional(),
    annotations: strings.optional(),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).optional(),
    managedFields: z
      .array(
        z.object({
          manager: z.string().optional(),
          operation: z.string(),
          subresource: z.string().optional(),
          fieldsV1: fields.optional(),
        }),
      )
      .optional(),
  }),
  spec: fields.default({}),
  status: z
    .looseObject({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional() })
    .optional(),
});
export type Live = z.infer<typeof live>;

export function isOurs({ metadata }: Live): boolean {
  return metadata.labels?.[OURS.name] === OURS.value || ownFields(metadata).length > 0;
}

/** The manifest as it is to be applied over what is there: with its hash, without the scaling that somebody else has set. */
export function toApply(manifest: Manifest, present: Live | undefined): Manifest {
  const { metadata } = manifest;
  const annotations = { ...metadata.annotations, [APPLIED]: hashOf(manifest) };
  return {
    ...manifest,
    metadata: { ...metadata, annotations },
    spec: withoutForeignScaling(manifest.spec, present),
  };
}

/** True when all of it was applied by us and every field is still ours, which it ceases to be when somebody else changes it. */
export function holds(present: Live, wanted: Manifest): boolean {
  const { labels, annotations } = wanted.metadata;
  const content = { metadata: { labels: labels ?? {}, annotations: annotations ?? {} }, spec: wanted.spec };
  return (
    present.metadata.annotations?.[APPLIED] === annotations?.[APPLIED] &&
    ownFields(present.metadata).some((own) => owns(own, content))
  );
}

function hashOf(manifest: Manifest): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 16);
}

function ownFields({ managedFields = [] }: Live['metadata']): Record<string, unknown>[] {
  return managedFields
    .filter(
      ({ manager, operation, subresource }) => manager === MANAGER && operation === 'Apply' && !subresource,
    )
    .map(({ fieldsV1 = {} }) => fieldsV1);
}

const template = z.looseObject({
  template: z.looseObject({ metadata: z.looseObject({ annotations: strings }) }),
});

function withoutForeignScaling(spec: Manifest['spec'], present: Live | undefined): Manifest['spec'] {
  const ours = template.safeParse(spec).data;
  const theirs = template.safeParse(present?.spec).data?.template.metadata.annotations;
  if (ours === undefined || theirs === undefined || present === undefined) return spec;
  const { annotations } = ours.template.metadata;
  const kept = Object.entries(annotations).filter(
    ([name, value]) =>
      !name.startsWith(SCALING) || theirs[name] === undefined || ownsAnnotation(present, name, value),
  );
  const metadata = { ...ours.template.metadata, annotations: Object.fromEntries(kept) };
  return { ...spec, template: { ...ours.template, metadata } };
}

function ownsAnnotation({ metadata }: Live, name: string, value: string): boolean {
  const content = { spec: { template: { metadata: { annotations: { [name]: value } } } } };
  return ownFields(metadata).some((own) => owns(own, content));
}

/** Whether a set of `fieldsV1` has every field of a value. A field without fields of its own is owned as a whole. */
function owns(own: unknown, value: unknown): boolean {
  const set = fields.safeParse(own).data;
  // What is empty, because all that was in it is somebody else's by now, needs no owner.
  if (set === undefined) return isObject(value) && Object.values(value).every((part) => owns(set, part));
  const names = Object.keys(set).filter((name) => name !== '.');
  // A list whose items have owners of their own: one was taken away, or came from somebody else, when the number differs.
  if (Array.isArray(value)) return names.length === 0 || names.length === value.length;
  if (names.length === 0 || !isObject(value)) return true;
  return Object.entries(value).every(([name, part]) => owns(set[`f:${name}`], part));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
