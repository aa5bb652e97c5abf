// X's rule language for the filtered stream, as far as keywords go (facts/x-api §1.2): words, "exact phrases", #tags,
// @users, AND (a space), OR, -NOT and groups. Written apart from the product's matcher, so that each can prove the other.

export type Rule =
  | { readonly kind: 'words' | 'tag' | 'user'; readonly value: string }
  | { readonly kind: 'not'; readonly rule: Rule }
  | { readonly kind: 'and' | 'or'; readonly rules: readonly Rule[] };

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

const MAX_CODE_POINTS = 1024;
const TOKEN = /\s*(?:(?<open>\()|(?<close>\))|(?<minus>-)|"(?<phrase>[^"]*)"|(?<word>[^\s()"]+))/uy;
const OPERATOR = /^(?:[a-z_]+:|[~$])/;
// The stop words of the service's former documentation; the present list is not published.
const STOP_WORDS = new Set(
  'a an and at but by com from http https if in is it its me my or rt the this to too via we www you'.split(
    ' ',
  ),
);

/** Throws {@link InvalidRule} with the reason. */
export function parseRule(value: string): Rule {
  if (value.trim() === '') throw new InvalidRule('Rules must not be empty (at position 1)');
  const length = Array.from(value).length;
  if (length > MAX_CODE_POINTS) {
    throw new InvalidRule(`Rules must be at most ${MAX_CODE_POINTS} characters long, this one has ${length}`);
  }
  const tokens = tokensOf(value);
  const rule = parseOr(tokens);
  const extra = tokens[0];
  if (extra !== undefined)
    throw new InvalidRule(`extraneous input '${extra.text}' (at position ${extra.at})`);
  if (!isPositive(rule, () => true))
    throw new InvalidRule('Rules must contain a non-negation term (at position 1)');
  if (!isPositive(rule, (word) => !STOP_WORDS.has(word))) {
    throw new InvalidRule('Rules must contain at least one positive, non-stopword clause (at position 1)');
  }
  return rule;
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

function parseOr(tokens: Token[]): Rule {
  const rules = [parseAnd(tokens)];
  while (tokens[0]?.kind === 'or') {
    tokens.shift();
    rules.push(parseAnd(tokens));
  }
  return joined('or', rules);
}

function parseAnd(tokens: Token[]): Rule {
  const rules = [parseTerm(tokens)];
  while (tokens[0] !== undefined && tokens[0].kind !== 'or' && tokens[0].kind !== 'close') {
    rules.push(parseTerm(tokens));
  }
  return joined('and', rules);
}

function joined(kind: 'and' | 'or', rules: readonly Rule[]): Rule {
  const [only] = rules;
  return rules.length === 1 && only !== undefined ? only : { kind, rules };
}

function parseTerm(tokens: Token[]): Rule {
  const token = tokens.shift();
  if (token === undefined)
    throw new InvalidRule('the rule ends where a word, a phrase or a group should follow');
  if (token.kind === 'minus') return { kind: 'not', rule: parseNegated(tokens, token) };
  if (token.kind === 'open') return parseGroup(tokens, token);
  if (token.kind === 'phrase' || token.kind === 'word') return parseLeaf(token);
  throw new InvalidRule(`no viable alternative at input '${token.text}' (at position ${token.at})`);
}

function parseNegated(tokens: Token[], minus: Token): Rule {
  const next = tokens[0]?.kind;
  if (next === 'word' || next === 'phrase') return parseTerm(tokens);
  throw new InvalidRule(`only a single word or phrase can be negated (at position ${minus.at})`);
}

function parseGroup(tokens: Token[], open: Token): Rule {
  const rule = parseOr(tokens);
  if (tokens.shift()?.kind === 'close') return rule;
  throw new InvalidRule(`a parenthesis without its partner (at position ${open.at})`);
}

function parseLeaf({ kind, text, at }: Token): Rule {
  if (kind === 'word' && OPERATOR.test(text)) {
    throw new InvalidRule(`the simulator does not know the operator '${text}' (at position ${at})`);
  }
  const prefix = kind === 'word' ? text.charAt(0) : '';
  const value = plain(prefix === '#' || prefix === '@' ? text.slice(1) : text);
  if (value === '') throw new InvalidRule(`no viable alternative at character '${text}' (at position ${at})`);
  if (prefix === '#') return { kind: 'tag', value };
  return { kind: prefix === '@' ? 'user' : 'words', value };
}

/** Whether whatever it matches has a term in it that `counts`. */
function isPositive(rule: Rule, counts: (word: string) => boolean): boolean {
  if (rule.kind === 'not') return false;
  if (rule.kind === 'and') return rule.rules.some((one) => isPositive(one, counts));
  if (rule.kind === 'or') return rule.rules.every((one) => isPositive(one, counts));
  return rule.kind !== 'words' || counts(rule.value);
}

/** Letters, marks and digits, one space for each run of anything else; case does not count, accents do. */
export function plain(text: string): string {
  const folded = text.normalize('NFC').toLowerCase().replaceAll('ς', 'σ');
  return folded.replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trim();
}
