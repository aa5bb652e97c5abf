// What a failure of kafkajs means: Kafka's own name of the error, however deep kafkajs wrapped it.

/** Kafka's error name such as UNKNOWN_TOPIC_OR_PARTITION (protocol guide, "Error Codes"); undefined when it has none. */
export function kafkaErrorOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { type, cause, errors, groups, error: within } = error as Wrapped;
  if (typeof type === 'string') return type;
  const inside = [cause, within, ...(errors ?? []), ...(groups ?? [])];
  for (const one of inside) {
    const found = one === error ? undefined : kafkaErrorOf(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Wrapped {
  readonly type?: unknown;
  readonly cause?: unknown;
  readonly error?: unknown;
  readonly errors?: readonly unknown[];
  readonly groups?: readonly unknown[];
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
