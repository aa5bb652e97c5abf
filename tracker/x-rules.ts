// Rules from events, pure: which rules X should have, and what to add and delete to get there.
// A rule is known by its value, not by its tag (facts/x-api §0.5), so equal rules of several events are one.
import { createHash } from 'node:crypto';
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

const tagPrefix = (install: string): string => `epicenter/${install}/`;

/** A keyword as a clause of X's rule language: quoted, so that no word of it can be an operator. */
export function clauseOf(keyword: string): string {
  const clauses = parseKeyword(keyword).terms.map((words) => `"${words.join(' ')}"`);
  return clauses.length === 1 ? clauses.join('') : `(${clauses.join(' ')})`;
}

/** Keywords joined by OR into as few values as fit the limit. One keyword always fits: it has at most 120 characters. */
export function ruleValues(keywords: readonly string[]): string[] {
  const values: string[] = [];
  for (const clause of keywords.map(clauseOf)) {
    const last = values.at(-1);
    const joined = last === undefined ? clause : `${last} OR ${clause}`;
    if (last === undefined || joined.length > MAX_RULE_LENGTH) values.push(clause);
    else values[values.length - 1] = joined;
  }
  return values;
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
