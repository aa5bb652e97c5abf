// Keeps X's rules equal to the wanted events: adds first, deletes what is no longer wanted once the new is in force.
import type { CrisisEvent } from '../sql/crisis-event.ts';
import type { Item } from './source.ts';
import { sleep, Wakeup } from './wakeup.ts';
import type { XRules } from './x-api.ts';
import { changeOf, clauseOf, wantedRules, type WantedRule } from './x-rules.ts';

/** X applies a rule within about 20 s; after this long without a post that names it, it is taken to be in force. */
const ASSUMED_AFTER_MS = 60_000;
const COMPARE_EVERY_MS = 5 * 60_000;
const RETRY_MS = 10_000;

export class RuleKeeper {
  readonly #install: string;
  readonly #rules: XRules;
  readonly #settled: () => void;
  readonly #changed = new Wakeup();
  #events: readonly CrisisEvent[] = [];
  #wanted: readonly WantedRule[] = [];
  #byTag = new Map<string, WantedRule>();
  /** event code → the values of its rules */
  #valuesOf = new Map<string, string[]>();
  /** value of a rule that X has → when it is in force, ms since 1970 */
  #inForce = new Map<string, number>();
  #announced = new Set<string>();
  #news: Item[] = [];
  #problem: string | undefined;

  /** `settled` is called when X has the rules that are wanted now */
  constructor(install: string, rules: XRules, settled: () => void) {
    this.#settled = settled;
    this.#install = install;
    this.#rules = rules;
  }

  want(events: readonly CrisisEvent[]): void {
    const before = new Map(this.#events.map((event) => [event.code, event.keywords.join('\n')]));
    this.#events = events;
    this.#wanted = wantedRules(this.#install, events);
    this.#byTag = new Map(this.#wanted.map((rule) => [rule.tag, rule]));
    this.#valuesOf = new Map(events.map((event) => [event.code, []]));
    for (const rule of this.#wanted) {
      for (const code of rule.events) this.#valuesOf.get(code)?.push(rule.value);
    }
    // An event whose keywords changed is announced again when the new rules are in force.
    this.#announced = new Set(
      [...this.#announced].filter((code) => before.get(code) === keywordsOf(events, code)),
    );
    this.#changed.wake();
  }

  /** Also the sign that the rule is in force. */
  eventsOf(tag: string): readonly string[] {
    const rule = this.#byTag.get(tag);
    if (rule === undefined) return [];
    if ((this.#inForce.get(rule.value) ?? 0) > Date.now()) this.#inForce.set(rule.value, Date.now());
    return rule.events;
  }

  count(): number {
    return this.#wanted.filter((rule) => this.#inForce.has(rule.value)).length;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  /** What there is to tell since the last call. */
  news(): Item[] {
    const news = this.#news;
    this.#news = [];
    if (this.#announced.size === this.#events.length) return news;
    const now = Date.now();
    const collecting = [...this.#valuesOf.keys()].filter(
      (code) => !this.#announced.has(code) && this.#isInForce(code, now),
    );
    for (const code of collecting) this.#announced.add(code);
    return collecting.length === 0 ? news : [...news, { kind: 'collecting', at: now, events: collecting }];
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let wait = COMPARE_EVERY_MS;
      try {
        wait = await this.#reconcile(signal);
        this.#problem = undefined;
      } catch (error) {
        this.#problem = `X's rules cannot be read or changed: ${error instanceof Error ? error.message : String(error)}`;
        this.#news.push({ kind: 'state', state: 'rules', problem: this.#problem });
        wait = RETRY_MS;
      }
      await this.#changed.wait(wait, signal);
    }
  }

  async #reconcile(signal: AbortSignal): Promise<number> {
    const wanted = this.#wanted;
    const before = await this.#rules.list();
    const { add, remove } = changeOf(this.#install, wanted, before);
    const refused = add.length === 0 ? [] : await this.#rules.add(add);
    const now = Date.now();
    const refusedValues = new Set(refused.map((rule) => rule.value));
    const taken = wanted.filter((rule) => !refusedValues.has(rule.value));
    const added = new Set(add.map((rule) => rule.value));
    this.#inForce = new Map(
      taken.map(({ value }) => {
        const known = this.#inForce.get(value);
        return [value, known ?? (added.has(value) ? now + ASSUMED_AFTER_MS : now)];
      }),
    );
    for (const rule of refused) this.#refuse(rule.value, rule.reason);
    this.#settled();
    if (remove.length === 0) return COMPARE_EVERY_MS;
    // The old rules stay until the new ones collect, so that a change of keywords misses nothing.
    if (added.size > 0) await sleep(ASSUMED_AFTER_MS / 2, signal);
    if (!signal.aborted && wanted === this.#wanted) await this.#rules.remove(remove);
    return wanted === this.#wanted ? COMPARE_EVERY_MS : 0;
  }

  #refuse(value: string, reason: string): void {
    for (const event of this.#events) {
      const keywords = event.keywords.filter((keyword) => value.split(' OR ').includes(clauseOf(keyword)));
      if (keywords.length > 0) this.#news.push({ kind: 'refused', event: event.code, keywords, reason });
    }
  }

  #isInForce(code: string, now: number): boolean {
    const values = this.#valuesOf.get(code) ?? [];
    return values.length > 0 && values.every((value) => (this.#inForce.get(value) ?? Infinity) <= now);
  }
}

function keywordsOf(events: readonly CrisisEvent[], code: string): string | undefined {
  return events.find((event) => event.code === code)?.keywords.join('\n');
}
