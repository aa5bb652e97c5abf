// What X will not take, and which keywords of which events that leaves out. X is asked for each keyword of a refused rule alone,
// so that a bad one takes no other with it.
import type { Refusal } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import type { Item } from './source.ts';
import type { RefusedRule, XRules } from './x-api.ts';
import { clauseOf, groupsOf, MAX_RULE_LENGTH } from './x-rules.ts';

const CHECK_EVERY_MS = 5 * 60_000;
/** Keywords in one check: five of the hundred calls that X allows in 15 minutes. */
const MOST_CHECKED = 500;
const MOST_TOLD = 100;
const MOST_KEYWORDS = 10;
const REASON_LENGTH = 300;

type RefusedItem = Extract<Item, { kind: 'refused' }>;

export class Refused {
  readonly #rules: Pick<XRules, 'check'>;
  readonly #now: () => number;
  /** a keyword's clause → why X refuses it */
  #clauses = new Map<string, string>();
  /** a rule's value → why X refuses it as a whole */
  #values = new Map<string, string>();
  #items: readonly RefusedItem[] = [];
  #checkedAt = 0;

  /** `now`: ms since 1970 */
  constructor(rules: Pick<XRules, 'check'>, now: () => number) {
    this.#rules = rules;
    this.#now = now;
  }

  /** How many rules X refuses as a whole. */
  get rules(): number {
    return this.#values.size;
  }

  /** The events with those of their keywords that X may take. Forgets what no event asks for any more. */
  allowed(events: readonly CrisisEvent[]): CrisisEvent[] {
    if (this.#clauses.size === 0) return [...events];
    const asked = new Set(events.flatMap(({ keywords }) => keywords.map(clauseOf)));
    this.#clauses = new Map([...this.#clauses].filter(([clause]) => asked.has(clause)));
    return events.map((event) => ({ ...event, keywords: this.#allowed(event) }));
  }

  /** From what X said of the rules that it was to add. True when fewer keywords are allowed now. */
  async learn(refused: readonly RefusedRule[], events: readonly CrisisEvent[]): Promise<boolean> {
    this.#values = new Map(refused.map(({ value, reason }) => [value, reason]));
    const before = this.#clauses.size;
    const bad = new Map(
      refused.filter(({ tooMany }) => !tooMany).map(({ value, reason }) => [value, reason]),
    );
    const groups = events.flatMap((event) => this.#groups(event)).filter(({ value }) => bad.has(value));
    for (const { value, keywords } of groups) {
      if (keywords.length === 1) this.#clauses.set(value, bad.get(value) ?? '');
    }
    const several = groups.filter(({ keywords }) => keywords.length > 1);
    await this.#check([...new Set(several.flatMap(({ keywords }) => keywords.map(clauseOf)))]);
    const still = new Set(events.flatMap((event) => this.#groups(event)).map(({ value }) => value));
    this.#values = new Map([...this.#values].filter(([value]) => still.has(value)));
    return this.#clauses.size > before;
  }

  /** Asks now and then for what X refused earlier. True when more keywords are allowed now. */
  async askAgain(): Promise<boolean> {
    const before = this.#clauses.size;
    if (before === 0 || this.#now() - this.#checkedAt < CHECK_EVERY_MS) return false;
    await this.#check([...this.#clauses.keys()]);
    return this.#clauses.size < before;
  }

  /** What X refused of the events that were last reviewed; where it is much, of the newest. */
  get standing(): Refusal[] {
    const newest = this.#items.slice(-MOST_TOLD);
    return newest.map(({ event, keywords, reason }) => ({
      event,
      reason: reason.slice(0, REASON_LENGTH),
      keywords: keywords.slice(0, MOST_KEYWORDS),
      more: Math.max(keywords.length - MOST_KEYWORDS, 0),
    }));
  }

  /** What is refused of these events, the oldest first: what was not so at the last review. */
  review(events: readonly CrisisEvent[]): RefusedItem[] {
    const told = new Set(this.#items.map((item) => JSON.stringify(item)));
    this.#items = this.#sorted(events);
    return this.#items.filter((item) => !told.has(JSON.stringify(item)));
  }

  #sorted(events: readonly CrisisEvent[]): RefusedItem[] {
    if (this.#clauses.size + this.#values.size === 0) return [];
    return events.flatMap((event) => {
      const byReason = new Map<string, string[]>();
      const refuse = (reason: string, keywords: readonly string[]): void => {
        byReason.set(reason, [...(byReason.get(reason) ?? []), ...keywords]);
      };
      for (const keyword of event.keywords) {
        const reason = this.#clauses.get(clauseOf(keyword));
        if (reason !== undefined) refuse(reason, [keyword]);
      }
      for (const { value, keywords } of this.#values.size === 0 ? [] : this.#groups(event)) {
        const reason = this.#values.get(value);
        if (reason !== undefined) refuse(reason, keywords);
      }
      return [...byReason].map(([reason, keywords]): RefusedItem => ({
        kind: 'refused',
        event: event.code,
        keywords,
        reason,
      }));
    });
  }

  #allowed({ keywords }: CrisisEvent): string[] {
    if (this.#clauses.size === 0) return keywords;
    return keywords.filter((keyword) => !this.#clauses.has(clauseOf(keyword)));
  }

  #groups(event: CrisisEvent): ReturnType<typeof groupsOf> {
    return groupsOf(this.#allowed(event), MAX_RULE_LENGTH);
  }

  async #check(clauses: readonly string[]): Promise<void> {
    const some = clauses.slice(0, MOST_CHECKED);
    if (some.length === 0) return;
    this.#checkedAt = this.#now();
    const answers = new Map((await this.#rules.check(some)).map((refused) => [refused.value, refused]));
    for (const clause of some) {
      const refused = answers.get(clause);
      // Where X has no room for another rule it does not say whether it would take this one.
      if (refused?.tooMany === true) continue;
      // What is refused again goes to the end: the others have their turn first the next time.
      this.#clauses.delete(clause);
      if (refused !== undefined) this.#clauses.set(clause, refused.reason);
    }
  }
}
