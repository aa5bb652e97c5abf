// Waiting that a signal ends early, without an error: the caller looks at the signal.

/** Resolves after `ms`, or at once when `signal` aborts or `ms` is not positive. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Something to wait for that another part of the process announces; a wake while nobody waits is kept. */
export class Wakeup {
  #pending = false;
  #resolve: (() => void) | undefined;

  wake(): void {
    this.#pending = true;
    this.#resolve?.();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#pending) {
      // Not AbortSignal.any: a signal that lives as long as the process keeps something of each one made of it.
      const stop = new AbortController();
      const end = (): void => stop.abort();
      this.#resolve = end;
      signal.addEventListener('abort', end);
      if (!signal.aborted) await sleep(ms, stop.signal);
      signal.removeEventListener('abort', end);
      this.#resolve = undefined;
    }
    this.#pending = false;
  }
}
