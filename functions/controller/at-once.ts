// Does the same for many things, some at once.
import { Unavailable } from '../../knative/cluster.ts';

// A hundred events in seconds, and an API server that has others to serve.
const AT_ONCE = 8;

/**
 * Resolves with what went wrong. What fails for one is no reason to leave the others as they are, unless the cluster itself is
 * away: then the rest is left, because each would wait for it in turn.
 */
export async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<unknown[]> {
  const failures: unknown[] = [];
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) {
      if (failures.some((failure) => failure instanceof Unavailable)) return;
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return failures;
}
