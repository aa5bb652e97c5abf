// What `/api/status` and the page say of the running system.
import { z } from 'zod';
import { progress } from '../../eventing/collection.ts';

export const systemStatus = z.object({
  /** null when no tracker has ever reported; `stale` when the newest report of one that runs is older than 15 s */
  tracker: progress.extend({ stale: z.boolean() }).nullable(),
  /** by event code: records its normalizer has yet to finish, and records that could not be delivered and were not sent again */
  events: z.record(z.string(), z.object({ lag: z.int(), deadLetters: z.int() })),
  /** Knative services and how many pods of each are up; a sleeping one has 0 */
  services: z.array(z.object({ name: z.string(), ready: z.boolean(), awake: z.int() })),
  /** the engines and what keeps them from keeping the promise */
  engines: z.array(z.object({ engine: z.string(), problems: z.array(z.string()) })),
});
export type SystemStatus = z.infer<typeof systemStatus>;
