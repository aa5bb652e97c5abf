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
  /**
   * Server-side apply: creates or changes; an unchanged object costs no write. `seen` is the object as this cluster has just
   * listed it: then an unchanged one costs nothing at all. Throws {@link Refused} for one that is not valid.
   */
  apply(manifest: Manifest, seen?: Running): Promise<void>;
  /** Objects of a kind that carry all these labels. */
  list(kind: string, labels: Readonly<Record<string, string>>): Promise<Running[]>;
  /** Idempotent. Resolves when the object is gone. */
  delete(kind: string, name: string): Promise<void>;
  close(): Promise<void>;
}

/** The cluster will not have this as it is, or not from us: no retry helps until somebody changes something. */
export class Refused extends Error {
  override name = 'Refused';
}

/** The cluster itself does not answer: nothing else would fare better now, and the same may work in a while. */
export class Unavailable extends Error {
  override name = 'Unavailable';
}
