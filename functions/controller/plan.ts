// What to do about one event so that what runs is what is wanted. Pure; safe to carry out twice or by two at once.
import type { CrisisEvent, EventStatus } from '../../sql/crisis-event.ts';

/** What is known of an event's surroundings. */
export interface Observed {
  /** its Service or its KafkaSource is there */
  readonly running: boolean;
  /** the log lists its topic; just after it is made or a broker restarts, a topic may be missing from the list */
  readonly topicExists: boolean;
  /** the version in which the tracker let go of it, 0 when it has not */
  readonly released: number;
  /** records that the normalizer has yet to finish */
  readonly lag: number;
  readonly deadLetters: number;
  /** the last tick found it drained already */
  readonly wasDrained: boolean;
  /** its removal has begun: two ticks in a row found it drained */
  readonly ending: boolean;
}

export type Action =
  /** apply Service and KafkaSource; `drained` is remembered for the next tick */
  | { readonly kind: 'run'; readonly drained: boolean }
  /** remove KafkaSource, Service and, only where it was seen, the topic */
  | { readonly kind: 'remove'; readonly topic: boolean }
  | { readonly kind: 'delete-tweets' };

/** Nothing is collected for it ever again. */
export function isOver(status: EventStatus): boolean {
  return status === 'archived' || status === 'purged';
}

/**
 * An archived event runs on until the tracker has let go of it and two ticks in a row found nothing left to store
 * (design §6.3). A purged one loses its tweets when nothing can write them any more.
 */
export function plan(event: CrisisEvent, observed: Observed): Action[] {
  if (!isOver(event.status)) return [{ kind: 'run', drained: false }];
  const ending: Action[] = event.status === 'purged' ? [{ kind: 'delete-tweets' }] : [];
  if (observed.ending) return [{ kind: 'remove', topic: true }, ...ending];
  if (!observed.topicExists && !observed.running) return ending;
  const drained = isDrained(event, observed);
  if (!drained || !observed.wasDrained) return [{ kind: 'run', drained }];
  return [{ kind: 'remove', topic: observed.topicExists }, ...ending];
}

function isDrained({ status, version }: CrisisEvent, { released, lag, deadLetters }: Observed): boolean {
  // What a purged event could not store is not wanted any more.
  return released >= version && lag === 0 && (status === 'purged' || deadLetters === 0);
}
