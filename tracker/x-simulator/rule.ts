// X's rule language (facts/x-api §1.2): words, "exact phrases", #tags, @users and some operators, joined by AND (a space),
// OR, -NOT and groups. Written apart from the product's matcher, so that each can prove the other.
import { leafOf, type Leaf } from './rule-leaf.ts';
import type { Accents } from './text.ts';

export type Rule =
  | Leaf
  | { readonly kind: 'not'; readonly rule: Rule }
  | { readonly kind: 'and'; readonly rules: readonly Rule[] }
  | { readonly kind: 'or'; readonly rules: readonly Rule[] };

/** A stream's rules and a search's queries differ in their length and in whether accents count. */
export interface Language {
  readonly mostCharacters: number;
  readonly accents: Accents;
}

export const STREAM: Language = { mostCharacters: 1024, accents: 'exact' };
export const SEARCH: Language = { mostCharacters: 512, accents: 'ignored' };

/** Positions count from 1, as X's messages do. */
export class InvalidRule extends Error {
  override name = 'InvalidRule';
}

type Groups = Readonly<Record<string, string | undefined>>;

interface Token {
  readonly kind: 'open' | 'close' | 'or' | 'minus' | 'phrase' | 'word';
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /\s*(?:(?<open>\()|(?<close>\))|(?<minus>-)|"(?<phrase>[^"]*)"|(?<word>[^\s()"]+(?:(?<=:)"[^"]*")?))/uy;
// The stop words of the service's former documentation; the present list is not published.
const STOP_WORDS = new Set(
  'a an and at but by com from http https if in is it its me my or rt the this to too via we www you'.split(
    ' ',
  ),
);

/** Throws {@link InvalidRule} with the reason. */
export function parseRule(value: string, language: Language = STREAM): Rule {
  if (value.trim() === '') throw new InvalidRule('Rules must not be empty (at position 1)');
  const length = Array.from(value).length;
  if (length > language.mostCharacters) {
    throw new InvalidRule(
      `Rules must be at most ${language.mostCharacters} characters long, this one has ${length}`,
    );
  }
  const reading = { tokens: tokensOf(value), accents: language.accents };
  const rule = parseOr(reading);
  const extra = reading.tokens[0];
  if (extra !== undefined)
    throw new InvalidRule(`extraneous input '${extra.text}' (at position ${extra.at})`);
  refuseWithoutPositive(rule);
  return rule;
}

function refuseWithoutPositive(rule: Rule): void {
  const positive = (counts: (leaf: Leaf) => boolean): boolean => isPositive(rule, counts);
  if (!positive(() => true)) throw new InvalidRule('Rules must contain a non-negation term (at position 1)');
  if (!positive((leaf) => leaf.alone)) {
    throw new InvalidRule('Rules must contain an operator that may stand alone beside lang:, is: and has:');
  }
  if (!positive((leaf) => leaf.alone && !(leaf.kind === 'words' && STOP_WORDS.has(leaf.value)))) {
    throw new InvalidRule('Rules must contain at least one positive, non-stopword clause (at position 1)');
  }
}

function tokensOf(value: string): Token[] {
  const tokens: Token[] = [];
  const source = value.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const start = TOKEN.lastIndex;
    const groups = TOKEN.exec(source)?.groups;
    if (groups === undefined)
      throw new InvalidRule(`a quotation mark without its partner (at position ${start + 1})`);
    tokens.push({ ...tokenOf(groups), at: start + 1 });
  }
  return tokens;
}

function tokenOf({ open, close, minus, phrase, word = '' }: Groups): Omit<Token, 'at'> {
  if (open !== undefined) return { kind: 'open', text: open };
  if (close !== undefined) return { kind: 'close', text: close };
  if (minus !== undefined) return { kind: 'minus', text: minus };
  if (phrase !== undefined) return { kind: 'phrase', text: phrase };
  return { kind: word === 'OR' ? 'or' : 'word', text: word };
}

interface Reading {
  readonly tokens: Token[];
  readonly accents: Accents;
}

function parseOr(reading: Reading): Rule {
  const rules = [parseAnd(reading)];
  while (reading.tokens[0]?.kind === 'or') {
    reading.tokens.shift();
    rules.push(parseAnd(reading));
  }
  return joined('or', rules);
}

function parseAnd(reading: Reading): Rule {
  const { tokens } = reading;
  const rules = [parseTerm(reading)];
  while (tokens[0] !== undefined && tokens[0].kind !== 'or' && tokens[0].kind !== 'close') {
    rules.push(parseTerm(reading));
  }
  return joined('and', rules);
}

function joined(kind: 'and' | 'or', rules: readonly Rule[]): Rule {
  const [only] = rules;
  return rules.length === 1 && only !== undefined ? only : { kind, rules };
}

function parseTerm(reading: Reading): Rule {
  const token = reading.tokens.shift();
  if (token === undefined)
    throw new InvalidRule('the rule ends where a word, a phrase or a group should follow');
  if (token.kind === 'minus') return { kind: 'not', rule: parseNegated(reading, token) };
  if (token.kind === 'open') return parseGroup(reading, token);
  if (token.kind === 'phrase' || token.kind === 'word') return parseLeaf(token, reading.accents);
  throw new InvalidRule(`no viable alternative at input '${token.text}' (at position ${token.at})`);
}

function parseNegated(reading: Reading, minus: Token): Rule {
  const next = reading.tokens[0]?.kind;
  if (next === 'word' || next === 'phrase') return parseTerm(reading);
  throw new InvalidRule(`only a single word or phrase can be negated (at position ${minus.at})`);
}

function parseGroup(reading: Reading, open: Token): Rule {
  const rule = parseOr(reading);
  if (reading.tokens.shift()?.kind === 'close') return rule;
  throw new InvalidRule(`a parenthesis without its partner (at position ${open.at})`);
}

function parseLeaf({ kind, text, at }: Token, accents: Accents): Rule {
  const leaf = leafOf(text, kind === 'phrase', accents);
  if (typeof leaf === 'string') throw new InvalidRule(`${leaf} (at position ${at})`);
  return leaf;
}

/** Whether whatever it matches has a leaf in it that `counts`. */
function isPositive(rule: Rule, counts: (leaf: Leaf) => boolean): boolean {
  if (rule.kind === 'not') return false;
  if (rule.kind === 'and') return rule.rules.some((one) => isPositive(one, counts));
  if (rule.kind === 'or') return rule.rules.every((one) => isPositive(one, counts));
  return counts(rule);
}
