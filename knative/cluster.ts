// Where things run: Kubernetes objects applied, listed and deleted. What should run is the controller's to decide.

/** A Kubernetes object as its YAML says. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** An object as it is, with what the cluster says of it. */
export interface Running extends Manifest {
  readonly ready: boolean;
  /** pods of a Service that are up; 0 while it sleeps */
  readonly awake: number;
}

export interface Cluster {
  /** Server-side apply: creates or changes; an unchanged object costs nothing. Throws {@link Refused} for one that is not valid. */
  apply(manifest: Manifest): Promise<void>;
  /** Objects of a kind that carry all these labels. */
  list(kind: string, labels: Readonly<Record<string, string>>): Promise<Running[]>;
  /** Idempotent. Resolves when the object is gone. */
  delete(kind: string, name: string): Promise<void>;
  close(): Promise<void>;
}

/** The cluster will not have this manifest as it is: no retry will help. */
export class Refused extends Error {
  override name = 'Refused';
}
