// A Service made without a first pod, which Knative allows only where its ConfigMap config-autoscaler has
// `allow-zero-initial-scale: "true"` ("Configuring initial scale", Knative documentation); elsewhere it starts with one. Pure.
import { z } from 'zod';
import { type Manifest, Refused } from './cluster.ts';

const INITIAL_SCALE = 'autoscaling.knative.dev/initial-scale';

const revised = z.looseObject({
  template: z.looseObject({ metadata: z.looseObject({ annotations: z.record(z.string(), z.string()) }) }),
});

/** The manifest for a cluster that does not allow it; undefined when it does not ask for it. */
export function withFirstPod(manifest: Manifest): Manifest | undefined {
  const spec = revised.safeParse(manifest.spec).data;
  if (spec?.template.metadata.annotations[INITIAL_SCALE] !== '0') return undefined;
  const { template } = spec;
  const { [INITIAL_SCALE]: _, ...annotations } = template.metadata.annotations;
  const metadata = { ...template.metadata, annotations };
  return { ...manifest, spec: { ...spec, template: { ...template, metadata } } };
}

/** Whether this is the refusal of Knative's webhook. */
export function refusesToStartAtZero(error: unknown): boolean {
  return error instanceof Refused && error.message.includes(`${INITIAL_SCALE}=0 not allowed`);
}
