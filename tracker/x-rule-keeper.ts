// Keeps X's rules equal to the wanted events: adds first, deletes what is no longer wanted once the new is in force.
import type { CrisisEvent } from '../sql/crisis-event.ts';
import { timeOfId } from '../sql/bucket.ts';
import { NO_RULES, type Item, type Rules } from './source.ts';
import { Wakeup } from './wakeup.ts';
import type { RefusedRule, XRules } from './x-api.ts';
import { Refused } from './x-refused.ts';
import { changeOf, foreignOf, wantedRules, type ActualRule, type WantedRule } from './x-rules.ts';

/** X applies a rule within about 20 s; after this long without a post that names it, it is taken to be in force. */
const ASSUMED_AFTER_MS = 60_000;
const COMPARE_EVERY_MS = 5 * 60_000;
const RETRY_MS = 10_000;
/** After making room for rules that X had none for. */
const FULL_MS = 1_000;
const RULES_GONE = 'X no longer had the rules of this event.';

export class RuleKeeper {
  readonly #install: string;
  readonly #rules: XRules;
  readonly #settled: () => void;
  readonly #now: () => number;
  readonly #changed = new Wakeup();
  #events: readonly CrisisEvent[] = [];
  #wanted: readonly WantedRule[] = [];
  #byTag = new Map<string, WantedRule>();
  /** event code → the values of its rules */
  #valuesOf = new Map<string, string[]>();
  /** value of a rule that X has → when it is in force, ms since 1970 */
  #inForce = new Map<string, number>();
  readonly #refused: Refused;
  #foreign = NO_RULES.foreignRules;
  /** events that X collects for, as was told */
  #announced = new Set<string>();
  #comparedAt: number;
  #news: Item[] = [];
  #problem: string | undefined;

  /** `settled` is called when X has taken rules; `now` is X's clock. */
  constructor(install: string, rules: XRules, of: { settled: () => void; now: () => number }) {
    ({ settled: this.#settled, now: this.#now } = of);
    this.#install = install;
    this.#rules = rules;
    this.#refused = new Refused(rules, Date.now);
    this.#comparedAt = this.#now();
  }

  want(events: readonly CrisisEvent[]): void {
    const [before, now] = [wordsOf(this.#events), wordsOf(events)];
    // Where X has no room for all, the newest go without.
    this.#events = events.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
    this.#plan();
    // An event whose keywords changed is announced again when the new rules are in force.
    this.#announced = new Set([...this.#announced].filter((code) => before.get(code) === now.get(code)));
    this.#changed.wake();
  }

  #plan(): void {
    const allowed = this.#refused.allowed(this.#events);
    this.#wanted = wantedRules(this.#install, allowed);
    this.#byTag = new Map(this.#wanted.map((rule) => [rule.tag, rule]));
    this.#valuesOf = new Map(allowed.map((event) => [event.code, []]));
    for (const rule of this.#wanted) {
      for (const code of rule.events) this.#valuesOf.get(code)?.push(rule.value);
    }
  }

  /** Also the sign that the rule is in force. */
  eventsOf(tag: string): readonly string[] {
    const rule = this.#byTag.get(tag);
    if (rule === undefined) return [];
    const now = this.#now();
    if ((this.#inForce.get(rule.value) ?? 0) > now) this.#inForce.set(rule.value, now);
    return rule.events;
  }

  collects(code: string): boolean {
    return this.#announced.has(code);
  }

  get collecting(): readonly string[] {
    return [...this.#announced];
  }

  count(): number {
    return this.#wanted.filter((rule) => this.#inForce.has(rule.value)).length;
  }

  get standing(): Rules {
    return { rules: this.count(), refused: this.#refused.standing, foreignRules: this.#foreign };
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  /** What there is to tell since the last call. */
  news(): Item[] {
    const news = this.#news;
    this.#news = [];
    if (this.#announced.size === this.#events.length) return news;
    const now = this.#now();
    const collecting = [...this.#valuesOf.keys()].filter(
      (code) => !this.#announced.has(code) && this.#isInForce(code, now),
    );
    for (const code of collecting) this.#announced.add(code);
    return collecting.length === 0 ? news : [...news, { kind: 'collecting', at: now, events: collecting }];
  }

  /** Has X's rules looked at now: something says that they are not what they should be. */
  compare(): void {
    this.#changed.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let wait = COMPARE_EVERY_MS;
      try {
        wait = await this.#reconcile();
        this.#problem = undefined;
      } catch (error) {
        this.#problem = `X's rules cannot be read or changed: ${error instanceof Error ? error.message : String(error)}`;
        wait = RETRY_MS;
      }
      await this.#changed.wait(wait, signal);
    }
  }

  /** How long to wait until the next time. */
  async #reconcile(): Promise<number> {
    if (await this.#refused.askAgain()) this.#plan();
    const wanted = this.#wanted;
    const before = await this.#rules.list();
    const { add, remove } = changeOf(this.#install, wanted, before);
    const refused = add.length === 0 ? [] : await this.#rules.add(add);
    // What X took is what it lists: an answer may leave out what it did not take (facts/x-api §0.6).
    const actual = add.length === 0 ? before : await this.#rules.list();
    const idle = this.#inForce.size === 0;
    this.#learn(wanted, actual, new Set(add.map(({ value }) => value)));
    if (add.length > 0 || idle) this.#settled();
    this.#foreign = foreignOf(this.#install, actual);
    if (await this.#refused.learn(refused, this.#events)) this.#plan();
    this.#news.push(...this.#refused.review(this.#events));
    if (wanted !== this.#wanted) return 0;
    if (remove.length > 0) return this.#removeInTime(remove, refused);
    return this.#inForce.size + this.#refused.rules >= wanted.length ? COMPARE_EVERY_MS : RETRY_MS;
  }

  /** `missed` are those that X did not have: one that it had before is as new as any other. */
  #learn(wanted: readonly WantedRule[], actual: readonly ActualRule[], missed: ReadonlySet<string>): void {
    const now = this.#now();
    const present = new Map(actual.map((rule) => [rule.value, rule]));
    const inForce = new Map<string, number>();
    for (const { value } of wanted) {
      const rule = present.get(value);
      if (rule === undefined) continue;
      const known = missed.has(value) ? undefined : this.#inForce.get(value);
      // A rule's id tells when it was made, also by a tracker that was killed just then.
      const made = missed.has(value) ? now : Math.min(timeOfId(rule.id) ?? 0, now);
      inForce.set(value, known ?? made + ASSUMED_AFTER_MS);
    }
    this.#tellMissing([...this.#inForce.keys()].filter((value) => missed.has(value)));
    this.#inForce = inForce;
    this.#comparedAt = now;
  }

  /** Somebody deleted these rules at X, some time after they were last seen there. */
  #tellMissing(values: readonly string[]): void {
    const events = [...this.#announced].filter((code) =>
      this.#valuesOf.get(code)?.some((value) => values.includes(value)),
    );
    if (events.length === 0) return;
    for (const code of events) this.#announced.delete(code);
    this.#news.push({ kind: 'uncollected', at: this.#comparedAt, events, reason: RULES_GONE });
  }

  /** The old rules stay until the new ones collect, so that a change of keywords misses nothing; unless X has no room for both. */
  async #removeInTime(remove: readonly ActualRule[], refused: readonly RefusedRule[]): Promise<number> {
    const full = refused.some(({ tooMany }) => tooMany);
    const wait = Math.max(...this.#inForce.values()) - ASSUMED_AFTER_MS / 2 - this.#now();
    if (wait > 0 && !full) return wait;
    await this.#rules.remove(remove);
    return full ? FULL_MS : 0;
  }

  #isInForce(code: string, now: number): boolean {
    const values = this.#valuesOf.get(code) ?? [];
    return values.length > 0 && values.every((value) => (this.#inForce.get(value) ?? Infinity) <= now);
  }
}

const wordsOf = (events: readonly CrisisEvent[]): Map<string, string> =>
  new Map(events.map(({ code, keywords }) => [code, keywords.join('\n')]));
