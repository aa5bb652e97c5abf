// What to do about one event so that what runs is what is wanted. Pure; safe to carry out twice or by two at once.
import type { CrisisEvent } from '../../sql/crisis-event.ts';

/** What is known of an event's surroundings. */
export interface Observed {
  /** its Service or its KafkaSource is there */
  readonly running: boolean;
  readonly topicExists: boolean;
  /** the version in which the tracker let go of it, 0 when it has not */
  readonly released: number;
  /** records that the normalizer has yet to finish */
  readonly lag: number;
  readonly deadLetters: number;
  /** the last tick found it drained already */
  readonly wasDrained: boolean;
}

export type Action =
  /** apply Service and KafkaSource; `drained` is remembered for the next tick */
  | { readonly kind: 'run'; readonly drained: boolean }
  /** remove KafkaSource, then Service, then topic */
  | { readonly kind: 'remove' }
  | { readonly kind: 'delete-tweets' };

/**
 * An archived event runs on until the tracker has let go of it and two ticks in a row found nothing left to store
 * (design §6.3). A purged one loses its tweets when nothing can write them any more.
 */
export function plan(event: CrisisEvent, observed: Observed): Action[] {
  if (event.status === 'active' || event.status === 'paused') return [{ kind: 'run', drained: false }];
  const ending: Action[] = event.status === 'purged' ? [{ kind: 'delete-tweets' }] : [];
  if (!observed.topicExists) return observed.running ? [{ kind: 'remove' }, ...ending] : ending;
  const drained = isDrained(event, observed);
  if (!drained || !observed.wasDrained) return [{ kind: 'run', drained }];
  return [{ kind: 'remove' }, ...ending];
}

function isDrained({ status, version }: CrisisEvent, { released, lag, deadLetters }: Observed): boolean {
  // What a purged event could not store is not wanted any more.
  return released >= version && lag === 0 && (status === 'purged' || deadLetters === 0);
}
