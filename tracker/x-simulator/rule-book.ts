// The rules of the one app that the simulator knows, and the answers that X gives when they change (facts/x-api §1.3).
import { InvalidRule, parseRule, type Rule } from './rule.ts';

export interface StoredRule {
  readonly id: string;
  readonly value: string;
  readonly tag: string | undefined;
  readonly rule: Rule;
  /** in force from … */
  readonly from: number;
  /** … to, ms since 1970; Infinity until it is deleted */
  until: number;
}

export interface RuleBook {
  /** how long a change takes to reach the stream */
  readonly delayMs: number;
  readonly nextId: (at: number) => string;
  rules: StoredRule[];
}

export interface Change {
  readonly now: number;
  readonly dryRun: boolean;
  /** why a rule is refused although nothing is wrong with it; undefined: it is not */
  readonly refused: (value: string) => string | undefined;
}

export interface Wanted {
  readonly value: string;
  readonly tag?: string | undefined;
}

export interface Added {
  readonly created: readonly StoredRule[];
  readonly duplicates: readonly { readonly value: string; readonly id: string }[];
  readonly invalid: readonly { readonly value: string; readonly reason: string }[];
}

export const MAX_RULES = 1000;

/** Too many rules for the app: none of the request is taken. */
export class RulesCapExceeded extends Error {
  override name = 'RulesCapExceeded';
}

/** Rules that are not deleted, in force or not yet. */
export const listed = (book: RuleBook): StoredRule[] => book.rules.filter((rule) => rule.until === Infinity);

/** Rules that decide about a post of this moment. */
export const inForce = (book: RuleBook, now: number): StoredRule[] =>
  book.rules.filter((rule) => rule.from <= now && now < rule.until);

/** A value that is there already changes nothing, whatever its tag. Throws {@link RulesCapExceeded}. */
export function addRules(book: RuleBook, wanted: readonly Wanted[], { now, dryRun, refused }: Change): Added {
  const known = new Map(listed(book).map((rule) => [rule.value, rule.id]));
  const created: StoredRule[] = [];
  const duplicates: Added['duplicates'][number][] = [];
  const invalid: Added['invalid'][number][] = [];
  for (const { value, tag } of wanted) {
    const id = known.get(value);
    const rule = id === undefined ? (refused(value) ?? parsed(value)) : undefined;
    if (id !== undefined) duplicates.push({ value, id });
    else if (typeof rule === 'string') invalid.push({ value, reason: rule });
    else if (rule !== undefined) {
      const made = { id: book.nextId(now), value, tag, rule, from: now + book.delayMs, until: Infinity };
      created.push(made);
      known.set(value, made.id);
    }
  }
  if (known.size > MAX_RULES) throw new RulesCapExceeded(`An app may have ${MAX_RULES} rules.`);
  if (!dryRun) book.rules = [...book.rules.filter((rule) => rule.until > now), ...created];
  return { created, duplicates, invalid };
}

/** The rule, or why it is none. */
function parsed(value: string): Rule | string {
  try {
    return parseRule(value);
  } catch (error) {
    if (error instanceof InvalidRule) return error.message;
    throw error;
  }
}

/** Deletes rules whose `key` is among `wanted`; gives how many. */
export function deleteRules(
  book: RuleBook,
  key: 'id' | 'value',
  wanted: ReadonlySet<string>,
  { now, dryRun }: Pick<Change, 'now' | 'dryRun'>,
): number {
  const found = listed(book).filter((rule) => wanted.has(rule[key]));
  if (!dryRun) for (const rule of found) rule.until = now + book.delayMs;
  return found.length;
}
