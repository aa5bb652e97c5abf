// What a source of the local cluster finds around it, and how it names its sink.
import type { Log } from '../eventing/log.ts';
import type { Sink } from './schemas.ts';

/** The one namespace there is in one process. */
export const NAMESPACE = 'default';

/** Something that an object of the cluster keeps going. */
export interface Activity {
  ready(): Promise<boolean>;
  /** Idempotent; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** The cluster, as a source sees it. What is not there now may be there later. */
export interface Surroundings {
  readonly log: Log;
  readonly report: (problem: string) => void;
  readonly request: (service: string, request: Request) => Promise<Response>;
  readonly hasService: (name: string) => boolean;
  /** the topic of a KafkaSink */
  readonly topicOf: (kafkaSink: string) => string | undefined;
}

/** The address that the sink would have in a cluster. */
export function sinkUrl({ ref, uri }: Sink): string {
  return new URL(uri ?? '/', `http://${ref.name}.${NAMESPACE}.svc.cluster.local`).href;
}
