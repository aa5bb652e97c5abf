// One instance of a function that starts when it is needed and is closed when it is not.
// Does not count requests: local-service.ts says when to wake and when to sleep.

export interface Instance {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** Makes a function ready to answer; `env` is the container's. */
export type Starter = (env: Record<string, string>) => Promise<Instance>;

export class Sleeper {
  readonly #start: () => Promise<Instance>;
  readonly #report: (problem: string) => void;
  #instance: Promise<Instance> | undefined;
  #asleep: Promise<void> = Promise.resolve();
  #awake = false;
  #failed = false;

  constructor(start: () => Promise<Instance>, report: (problem: string) => void) {
    this.#start = start;
    this.#report = report;
  }

  get awake(): boolean {
    return this.#awake;
  }

  /** the last start did not succeed */
  get failed(): boolean {
    return this.#failed;
  }

  /** The instance, started if there is none and the one before is closed. A failed start is tried again by the next call. */
  wake(): Promise<Instance> {
    if (this.#instance !== undefined) return this.#instance;
    const starting = this.#starting();
    this.#instance = starting;
    void starting.catch(() => {
      if (this.#instance === starting) this.#instance = undefined;
    });
    return starting;
  }

  async #starting(): Promise<Instance> {
    await this.#asleep;
    try {
      const instance = await this.#start();
      this.#awake = true;
      this.#failed = false;
      return instance;
    } catch (error) {
      this.#failed = true;
      throw new Error(`could not start: ${String(error)}`, { cause: error });
    }
  }

  /** Resolves when the instance, if there is one, is closed. */
  sleep(): Promise<void> {
    if (this.#instance !== undefined) this.#asleep = this.#close(this.#instance);
    this.#instance = undefined;
    return this.#asleep;
  }

  async #close(starting: Promise<Instance>): Promise<void> {
    // One that never came up has nothing to close; who woke it knows why.
    const instance = await starting.catch(() => undefined);
    this.#awake = false;
    try {
      await instance?.close();
    } catch (error) {
      this.#report(`did not close cleanly: ${String(error)}`);
    }
  }
}
