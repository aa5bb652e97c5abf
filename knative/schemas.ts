// The objects that the local cluster takes, as strict as it can be: a field it does not know is an error, never ignored.
// `unused` marks fields that Kubernetes needs and that have no meaning in one process.
import { Cron } from 'croner';
import { z } from 'zod';
import { deliverySpec } from '../eventing/delivery-policy.ts';
import { Refused } from './cluster.ts';
import { service } from './service-schema.ts';

const unused = z.unknown();
const text = z.string().min(1);

/** Labels and annotations are kept, listed and otherwise left alone. The namespace is always the same. */
const metadata = z.strictObject({
  name: z.string().regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/, 'A DNS label that begins with a letter.'),
  namespace: unused.exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
});

/** A Service of this cluster, and a path on it. */
const sink = z.strictObject({
  ref: z.strictObject({
    apiVersion: z.literal('serving.knative.dev/v1'),
    kind: z.literal('Service'),
    name: text,
  }),
  uri: z.string().regex(/^\//, 'A path that begins with /.').exactOptional(),
});
export type Sink = z.infer<typeof sink>;

const kafkaSource = z.strictObject({
  apiVersion: z.literal('sources.knative.dev/v1'),
  kind: z.literal('KafkaSource'),
  metadata,
  spec: z.strictObject({
    bootstrapServers: unused, // the log is this process's own
    net: unused.exactOptional(), // so is its security
    topics: z.array(text).min(1),
    /** Knative makes a random one up; then a source that is made again would skip what came in between. */
    consumerGroup: text,
    /** 0 pauses; more than one changes nothing here, as on a single dispatcher pod (facts/knative §1.5) */
    consumers: z.int().nonnegative().exactOptional(),
    initialOffset: z.enum(['earliest', 'latest']).exactOptional(),
    ordering: z.enum(['ordered', 'unordered']).exactOptional(),
    delivery: deliverySpec.exactOptional(),
    sink,
  }),
});
export type KafkaSource = z.infer<typeof kafkaSource>;

const kafkaSink = z.strictObject({
  apiVersion: z.literal('eventing.knative.dev/v1alpha1'),
  kind: z.literal('KafkaSink'),
  metadata,
  spec: z.strictObject({
    topic: text,
    bootstrapServers: unused,
    auth: unused.exactOptional(),
    /** has to be said: Knative's default is structured */
    contentMode: z.literal('binary'),
  }),
});
export type KafkaSink = z.infer<typeof kafkaSink>;

const pingSource = z.strictObject({
  apiVersion: z.literal('sources.knative.dev/v1'),
  kind: z.literal('PingSource'),
  metadata,
  spec: z.strictObject({
    schedule: text.refine(
      (schedule) => isSchedule(schedule),
      'Five cron fields, or six that begin with seconds.',
    ),
    /** Knative's default is UTC */
    timezone: text
      .refine((timezone) => isSchedule('* * * * *', timezone), 'An IANA time zone, such as Asia/Tokyo.')
      .exactOptional(),
    contentType: text.exactOptional(),
    data: z.string().exactOptional(),
    sink,
  }),
});
export type PingSource = z.infer<typeof pingSource>;

const known = z.discriminatedUnion('kind', [
  service.extend({ metadata: metadata.extend({ annotations: ownAnnotations() }) }),
  kafkaSource,
  kafkaSink,
  pingSource,
]);
export type Known = z.infer<typeof known>;
export type Kind = Known['kind'];

function isSchedule(schedule: string, timezone = 'UTC'): boolean {
  try {
    // Without a function to run, this sets no timer.
    new Cron(schedule, { mode: '5-or-6-parts', timezone }).nextRun();
    return true;
  } catch {
    return false;
  }
}

/** Knative's webhook, too, refuses autoscaling annotations anywhere but on the template (facts/knative §2.1). */
function ownAnnotations() {
  const key = z.string().refine((name) => !name.startsWith('autoscaling.knative.dev/'), {
    message: 'Autoscaling annotations belong to spec.template.metadata.',
  });
  return z.record(key, z.string()).exactOptional();
}

/** Throws {@link Refused} naming the object, each wrong path and what would be right there. */
export function parseManifest(value: unknown): Known {
  const result = known.safeParse(value);
  if (result.success) return result.data;
  throw new Refused(`${titleOf(value)}: ${result.error.issues.flatMap(problemsOf).join('; ')}`);
}

/** Throws {@link Refused} for a kind that this cluster does not have. */
export function kindOf(kind: string): Kind {
  const found = known.options.map((option) => option.shape.kind.value).find((name) => name === kind);
  if (found === undefined) throw new Refused(`${kind} is no kind of the local cluster`);
  return found;
}

function titleOf(value: unknown): string {
  const title = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) }).safeParse(value);
  return title.success ? `${title.data.kind} ${title.data.metadata.name}` : 'manifest';
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [`${dotted(issue.path)}: ${issue.message}`];
  return issue.keys.map((key) => `${dotted([...issue.path, key])}: unknown field`);
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
