// Lets a limited number of requests in at once, in the order they came, as Knative's queue-proxy does.

const WAITING_PER_PLACE = 10;

export class Gate {
  readonly #places: number;
  readonly #waiting = new Set<() => void>();
  #inside = 0;

  /** `places` 0 lets everybody in. */
  constructor(places: number) {
    this.#places = places;
  }

  /** Ten times as many as may be inside wait for their turn; the next one is turned away. */
  get full(): boolean {
    return !this.#hasPlace() && this.#waiting.size >= WAITING_PER_PLACE * this.#places;
  }

  /** Resolves once inside; rejects, and gives the turn up, when `signal` aborts before. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#hasPlace()) await this.#turn(signal);
    else this.#inside += 1;
  }

  /** Once for every `enter` that resolved. A place goes straight to whoever waits for it. */
  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#inside -= 1;
    else next();
  }

  #hasPlace(): boolean {
    return this.#places === 0 || this.#inside < this.#places;
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(admit);
        reject(new Error('gave up waiting for a turn', { cause: signal.reason }));
      };
      const admit = (): void => {
        this.#waiting.delete(admit);
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      this.#waiting.add(admit);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}
