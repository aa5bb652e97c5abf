// A normalizer with its dependencies, for whoever serves it. It listens to nothing itself.
import type { Report } from '../../eventing/report.ts';
import type { Store } from '../../sql/store.ts';
import { normalizer, unavailable } from './app.ts';

export interface RunningFunction {
  fetch(request: Request): Promise<Response>;
  /** Waits for the requests in flight, then lets the store go. */
  close(): Promise<void>;
}

export interface NormalizerParts {
  readonly openStore: () => Promise<Store>;
  readonly report: Report;
}

/** The store opens with the first request, so that a function that nobody calls holds nothing. */
export function startNormalizer({ openStore, report }: NormalizerParts): RunningFunction {
  const inFlight = new Set<Promise<Response>>();
  let opened: ReturnType<typeof open> | undefined;
  const open = async () => {
    const store = await openStore();
    return { store, app: normalizer({ store, report }) };
  };
  const opening = (): ReturnType<typeof open> =>
    (opened ??= open().catch((error: unknown) => {
      // The next request tries again.
      opened = undefined;
      throw error;
    }));
  const answer = async (request: Request): Promise<Response> => {
    try {
      return await (await opening()).app.fetch(request);
    } catch (error) {
      return unavailable(error, report);
    }
  };
  return {
    async fetch(request) {
      const response = answer(request);
      inFlight.add(response);
      return response.finally(() => inFlight.delete(response));
    },
    async close() {
      await Promise.all(inFlight);
      const closing = opened;
      opened = undefined;
      await (await closing)?.store.close();
    },
  };
}
