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
      const stop = new AbortController();
      this.#resolve = () => stop.abort();
      await sleep(ms, AbortSignal.any([signal, stop.signal]));
      this.#resolve = undefined;
    }
    this.#pending = false;
  }
}
