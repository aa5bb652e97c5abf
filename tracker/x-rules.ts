// Rules from events, pure: which rules X should have, and what to add and delete to get there.
// A rule is known by its value, not by its tag (facts/x-api §0.5), so equal rules of several events are one.
import { createHash } from 'node:crypto';
import type { ForeignRules } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import { parseKeyword } from '../sql/keyword.ts';

export const MAX_RULE_LENGTH = 1_024;

export interface WantedRule {
  readonly value: string;
  readonly tag: string;
  /** codes of the events that it collects for */
  readonly events: readonly string[];
}

export interface ActualRule {
  readonly id: string;
  readonly value: string;
  readonly tag: string;
}

export interface RuleChange {
  readonly add: readonly WantedRule[];
  readonly remove: readonly ActualRule[];
}

const OURS = 'epicenter/';
const MOST_EXAMPLES = 5;
const EXAMPLE_LENGTH = 100;

const tagPrefix = (install: string): string => `${OURS}${install}/`;

/** A keyword as a clause of X's rule language: quoted, so that no word of it can be an operator. */
export function clauseOf(keyword: string): string {
  const clauses = parseKeyword(keyword).terms.map((words) => `"${words.join(' ')}"`);
  return clauses.length === 1 ? clauses.join('') : `(${clauses.join(' ')})`;
}

/** Some of an event's keywords, joined by OR into one value. */
export interface KeywordGroup {
  readonly value: string;
  readonly keywords: readonly string[];
}

/** Keywords in as few groups as have values within `limit`, in their order. One keyword always fits: it has at most 120 characters. */
export function groupsOf(keywords: readonly string[], limit: number): KeywordGroup[] {
  const groups: { value: string; keywords: string[] }[] = [];
  for (const keyword of keywords) {
    const clause = clauseOf(keyword);
    const last = groups.at(-1);
    if (last === undefined || last.value.length + 4 + clause.length > limit) {
      groups.push({ value: clause, keywords: [keyword] });
    } else {
      last.value = `${last.value} OR ${clause}`;
      last.keywords.push(keyword);
    }
  }
  return groups;
}

export function ruleValues(keywords: readonly string[]): string[] {
  return groupsOf(keywords, MAX_RULE_LENGTH).map(({ value }) => value);
}

export function wantedRules(install: string, events: readonly CrisisEvent[]): WantedRule[] {
  const codes = new Map<string, string[]>();
  for (const event of events) {
    for (const value of ruleValues(event.keywords)) {
      const known = codes.get(value);
      if (known === undefined) codes.set(value, [event.code]);
      else known.push(event.code);
    }
  }
  return [...codes].map(([value, of]) => {
    const key = createHash('sha256').update(value).digest('hex').slice(0, 16);
    return { value, tag: `${tagPrefix(install)}${key}`, events: of };
  });
}

/** What else X has: rules with a tag that is not ours, told of the first few and cut off. */
export function foreignOf(install: string, actual: readonly ActualRule[]): ForeignRules {
  const foreign = actual.filter(({ tag }) => !tag.startsWith(tagPrefix(install)));
  const examples = foreign
    .slice(0, MOST_EXAMPLES)
    .map(({ value, tag }) => ({ value: cut(value), tag: cut(tag) }));
  const ofOtherInstalls = foreign.filter(({ tag }) => tag.startsWith(OURS)).length;
  return { count: foreign.length, ofOtherInstalls, examples };
}

const cut = (text: string): string =>
  text.length <= EXAMPLE_LENGTH ? text : `${text.slice(0, EXAMPLE_LENGTH)}…`;

/** What makes X's rules equal to the wanted ones. Rules with another tag are not ours and are left alone. */
export function changeOf(
  install: string,
  wanted: readonly WantedRule[],
  actual: readonly ActualRule[],
): RuleChange {
  const present = new Set(actual.map((rule) => rule.value));
  const values = new Set(wanted.map((rule) => rule.value));
  return {
    add: wanted.filter((rule) => !present.has(rule.value)),
    remove: actual.filter((rule) => rule.tag.startsWith(tagPrefix(install)) && !values.has(rule.value)),
  };
}
