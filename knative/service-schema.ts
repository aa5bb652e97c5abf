// A Knative Service as the local cluster takes it, and what of it has a meaning in one process.
import { z } from 'zod';

const unused = z.unknown();
const text = z.string().min(1);
const wholeNumber = z.string().regex(/^\d+$/, 'A whole number in quotes.');

const RESERVED = new Set(['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION']);
const GO_DURATION = /^(?=.)(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/;

/** A Go duration such as `90s`, `1m30s` or `50ms` in ms; undefined when it is none. */
export function goDurationMs(duration: string): number | undefined {
  const parts = GO_DURATION.exec(duration);
  if (parts === null) return undefined;
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

/** Those of Knative's autoscaling annotations that we use; a misspelt one is an error. */
const annotations = z
  .strictObject({
    /** Kubernetes takes 6s to 1h; here any length is right */
    'autoscaling.knative.dev/window': z
      .string()
      .refine((window) => goDurationMs(window) !== undefined, 'A Go duration, such as 60s.')
      .exactOptional(),
    'autoscaling.knative.dev/min-scale': wholeNumber.exactOptional(),
    'autoscaling.knative.dev/max-scale': wholeNumber.exactOptional(), // one process has one instance
    'autoscaling.knative.dev/target': unused.exactOptional(),
    'autoscaling.knative.dev/initial-scale': unused.exactOptional(),
    'autoscaling.knative.dev/target-utilization-percentage': unused.exactOptional(),
  })
  .exactOptional();

const variable = z.strictObject({
  name: text.refine((name) => !RESERVED.has(name), 'A name that Knative sets itself.'),
  value: z.string().exactOptional(),
  valueFrom: unused.exactOptional(), // there are no secrets or config maps in one process
});

const container = z.strictObject({
  name: text.exactOptional(),
  command: z.tuple([z.literal('node')]),
  /** the program, and nothing after it: a function is configured by its environment */
  args: z.tuple([text]),
  env: z.array(variable).exactOptional(),
  envFrom: unused.exactOptional(),
  image: unused,
  imagePullPolicy: unused.exactOptional(),
  ports: unused.exactOptional(), // called without a port
  resources: unused.exactOptional(),
  securityContext: unused.exactOptional(),
  readinessProbe: unused.exactOptional(),
  livenessProbe: unused.exactOptional(),
  startupProbe: unused.exactOptional(),
  volumeMounts: unused.exactOptional(),
});

/** Without `metadata`, whose rules all kinds share. */
export const service = z.strictObject({
  apiVersion: z.literal('serving.knative.dev/v1'),
  kind: z.literal('Service'),
  spec: z.strictObject({
    template: z.strictObject({
      metadata: z
        .strictObject({ labels: z.record(z.string(), z.string()).exactOptional(), annotations })
        .exactOptional(),
      spec: z.strictObject({
        containers: z.tuple([container]),
        containerConcurrency: z.int().nonnegative().max(1000).exactOptional(),
        timeoutSeconds: z.int().positive().max(600).exactOptional(),
        serviceAccountName: unused.exactOptional(),
        automountServiceAccountToken: unused.exactOptional(),
        volumes: unused.exactOptional(),
      }),
    }),
  }),
});
export type ServiceSpec = z.infer<typeof service>['spec'];

export interface ServiceSettings {
  /** the container's first argument */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** requests at once; 0 is no limit */
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** idle time after which the instance is closed */
  readonly windowMs: number;
  readonly staysAwake: boolean;
}

/** What is not said has Knative's default (facts/knative §2.1, §2.2). */
export function settingsOf({ template }: ServiceSpec): ServiceSettings {
  const [{ args, env = [] }] = template.spec.containers;
  const scaling = template.metadata?.annotations ?? {};
  const values = env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  return {
    program: args[0],
    env: Object.fromEntries(values),
    concurrency: template.spec.containerConcurrency ?? 0,
    timeoutMs: (template.spec.timeoutSeconds ?? 300) * 1000,
    windowMs: goDurationMs(scaling['autoscaling.knative.dev/window'] ?? '60s') ?? 60_000,
    staysAwake: Number(scaling['autoscaling.knative.dev/min-scale'] ?? 0) > 0,
  };
}
