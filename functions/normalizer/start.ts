// A normalizer with its dependencies, for whoever serves it. It listens to nothing itself.
import { type Report, reporter } from '../../eventing/report.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import { normalizer, unavailable } from './app.ts';
import { config, type Env } from './config.ts';

export interface RunningFunction {
  fetch(request: Request): Promise<Response>;
  /** Waits for the requests in flight, then lets the store go. */
  close(): Promise<void>;
}

/** The store opens with the first request, so that a function that nobody calls holds nothing. Rejects when `env` is wrong. */
export async function startNormalizer(env: Env): Promise<RunningFunction> {
  const { dataDir, logLevel } = config(env);
  const report = reporter('normalizer', logLevel);
  const inFlight = new Set<Promise<Response>>();
  let opened: ReturnType<typeof open> | undefined;
  const opening = (): ReturnType<typeof open> =>
    (opened ??= open(dataDir, report).catch((error: unknown) => {
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

async function open(dataDir: string, report: Report) {
  const store = await openSqliteStore(dataDir);
  return { store, app: normalizer({ store, report }) };
}
