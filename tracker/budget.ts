// What reading X costs: each post that is delivered is paid for (facts/x-api §0.9). Counted by UTC day and month, as X bills.
import type { Spent } from '../eventing/collection.ts';

const DAY_MS = 86_400_000;

export class Budget {
  readonly #perDay: number | undefined;
  readonly #now: () => number;
  #day: string;
  #today: number;
  /** when the day is to be looked at anew, ms since 1970 */
  #endOfDay = 0;
  #month: string;
  #thisMonth: number;

  /** `previous` is what the last tracker had counted; `perDay` undefined: no limit of our own. `now`: ms since 1970. */
  constructor(previous: Spent | null | undefined, perDay: number | undefined, now: () => number) {
    this.#perDay = perDay;
    this.#now = now;
    this.#day = previous?.day ?? '';
    this.#today = previous?.today ?? 0;
    this.#month = previous?.day.slice(0, 7) ?? '';
    this.#thisMonth = previous?.thisMonth ?? 0;
    this.#turn();
  }

  spend(posts: number): void {
    this.#turn();
    this.#today += posts;
    this.#thisMonth += posts;
  }

  get spent(): Spent {
    this.#turn();
    return { day: this.#day, today: this.#today, thisMonth: this.#thisMonth, perDay: this.#perDay ?? null };
  }

  /** How long to read nothing more, in ms: until the UTC day ends when its posts are used up, else 0. */
  get waitMs(): number {
    this.#turn();
    const now = this.#now();
    return this.#perDay === undefined || this.#today < this.#perDay ? 0 : DAY_MS - (now % DAY_MS);
  }

  #turn(): void {
    const now = this.#now();
    // A clock that was set back does not give a day's posts again.
    if (now < this.#endOfDay) return;
    this.#endOfDay = now - (now % DAY_MS) + DAY_MS;
    const day = new Date(now).toISOString().slice(0, 10);
    if (day <= this.#day) return;
    const month = day.slice(0, 7);
    if (month !== this.#month) this.#thisMonth = 0;
    this.#today = 0;
    [this.#day, this.#month] = [day, month];
  }
}
