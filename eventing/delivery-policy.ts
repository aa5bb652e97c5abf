// How often and how long a KafkaSource tries: its `delivery`, read as Knative's control plane reads it. Pure, nothing is sent here.
import { z } from 'zod';

// Beyond this setTimeout fires at once; Knative has no cap either.
const LONGEST_MS = 2 ** 31 - 1;

// As java.time.Duration reads it, less signs: days, hours, minutes, and seconds with a fraction.
const ISO_DURATION = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** An ISO 8601 duration such as `PT0.3S` in ms, at most 24 days; undefined when it is none or has months or years. */
export function durationMs(text: string): number | undefined {
  const parts = ISO_DURATION.exec(text);
  if (parts === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return Math.min((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000, LONGEST_MS);
}

const duration = z
  .string()
  .refine(
    (text) => durationMs(text) !== undefined,
    'An ISO 8601 duration of days to seconds, such as PT0.3S.',
  );

/** `delivery` of a KafkaSource. `retryAfterMax` is unknown here: the real data plane ignores it (facts/knative §1.1). */
export const deliverySpec = z.strictObject({
  retry: z.int().nonnegative().exactOptional(),
  backoffPolicy: z.enum(['linear', 'exponential']).exactOptional(),
  backoffDelay: duration.exactOptional(),
  timeout: duration
    .refine((text) => durationMs(text) !== 0, 'A time-out is longer than nothing.')
    .exactOptional(),
  deadLetterSink: z
    .strictObject({
      ref: z.strictObject({
        apiVersion: z.literal('eventing.knative.dev/v1alpha1'),
        kind: z.literal('KafkaSink'),
        name: z.string(),
      }),
    })
    .exactOptional(),
});
export type DeliverySpec = z.infer<typeof deliverySpec>;

/** `retry` counts the attempts after the first; `timeoutMs` bounds each of them. */
export interface Policy {
  readonly retry: number;
  readonly backoff: 'linear' | 'exponential';
  readonly backoffMs: number;
  readonly timeoutMs: number;
}

const ABSENT: Policy = { retry: 10, backoff: 'exponential', backoffMs: 300, timeoutMs: 600_000 };
const UNSET: Policy = { retry: 0, backoff: 'exponential', backoffMs: 200, timeoutMs: 600_000 };

/**
 * The policy of a `delivery`. One that is absent means ten retries; one that is there has nothing merged into it,
 * so `{}` means a single attempt (facts/knative §1.2).
 */
export function policyOf(delivery: DeliverySpec | undefined): Policy {
  if (delivery === undefined) return ABSENT;
  return {
    retry: delivery.retry ?? UNSET.retry,
    backoff: delivery.backoffPolicy ?? UNSET.backoff,
    backoffMs: durationMs(delivery.backoffDelay ?? '') ?? UNSET.backoffMs,
    timeoutMs: durationMs(delivery.timeout ?? '') ?? UNSET.timeoutMs,
  };
}

/** The wait before retry `n` (from 1) in ms: the delay times n, or times 2^n; no jitter (facts/knative §1.2). */
export function delayMs(policy: Policy, n: number): number {
  return Math.min(policy.backoffMs * (policy.backoff === 'linear' ? n : 2 ** n), LONGEST_MS);
}

export type Verdict = 'done' | 'retry' | 'dead-letter';

const WORTH_ANOTHER_TRY = new Set([404, 408, 409, 429]);

/** What an HTTP status means for a record (facts/knative §1.3). */
export function verdictOf(status: number): Verdict {
  if (status >= 200 && status < 300) return 'done';
  return status >= 500 || WORTH_ANOTHER_TRY.has(status) ? 'retry' : 'dead-letter';
}
