// What a tracker counts for its progress and for the summary of a replay.

export interface Counts {
  /** lines and posts, blank lines left out */
  readonly read: number;
  /** those that are no valid message */
  readonly rejected: number;
  /** posts that match at least one event */
  readonly matched: number;
  readonly matchedByEvent: ReadonlyMap<string, number>;
  /** messages that are no posts, by kind */
  readonly control: Readonly<Record<string, number>>;
}

const RATE_WINDOW_MS = 10_000;

export class Counters {
  #read = 0;
  #rejected = 0;
  #matched = 0;
  #byEvent = new Map<string, number>();
  #control: Record<string, number> = {};
  #windowStart = Date.now();
  #windowRead = 0;
  #rate = 0;

  read(): void {
    this.#read += 1;
  }

  reject(): void {
    this.#rejected += 1;
  }

  control(name: string): void {
    this.#control[name] = (this.#control[name] ?? 0) + 1;
  }

  match(codes: Iterable<string>): void {
    this.#matched += 1;
    for (const code of codes) this.#byEvent.set(code, (this.#byEvent.get(code) ?? 0) + 1);
  }

  /** Posts per second over the last ten seconds or so. */
  rate(now: number): number {
    const elapsed = now - this.#windowStart;
    if (elapsed >= RATE_WINDOW_MS || (this.#rate === 0 && elapsed >= 1_000)) {
      this.#rate = Math.round(((this.#read - this.#windowRead) * 10_000) / elapsed) / 10;
      this.#windowStart = now;
      this.#windowRead = this.#read;
    }
    return this.#rate;
  }

  get all(): Counts {
    return {
      read: this.#read,
      rejected: this.#rejected,
      matched: this.#matched,
      matchedByEvent: this.#byEvent,
      control: { ...this.#control },
    };
  }
}
