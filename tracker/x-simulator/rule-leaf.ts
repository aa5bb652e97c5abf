// What a rule is made of: keywords and phrases, #tags, @users, and the operators that the simulator knows, each as
// "Operators" in X's documentation has it. An operator that it does not know is refused, never taken for a word.
import { plain, type Accents } from './text.ts';

export interface Leaf {
  readonly kind: 'words' | 'tag' | 'user' | 'url' | 'from' | 'lang' | 'is' | 'has';
  readonly value: string;
  /** whether a rule may consist of it alone; `lang:`, `is:` and `has:` need company */
  readonly alone: boolean;
}

const OPERATOR = /^(?<name>[a-z_]+):"?(?<value>[^"]*)"?$/;
const UNKNOWN = /^[~$]|^[a-z_]+:$/;
const IS = ['retweet', 'reply', 'quote'];
const HAS = ['hashtags', 'links', 'mentions', 'media', 'images', 'videos', 'geo'];

/** A leaf, or why the text is none. `isPhrase`: it stood in double quotes. */
export function leafOf(text: string, isPhrase: boolean, accents: Accents): Leaf | string {
  if (isPhrase) return wordsOf(text, 'words', accents);
  const { name = '', value = '' } = OPERATOR.exec(text)?.groups ?? {};
  if (value !== '') return operatorOf(name, value, accents);
  if (UNKNOWN.test(text)) return `the simulator does not know the operator '${text}'`;
  const kind = PREFIXES[text.charAt(0)];
  return kind === undefined ? wordsOf(text, 'words', accents) : wordsOf(text.slice(1), kind, accents);
}

const PREFIXES: Readonly<Record<string, 'tag' | 'user'>> = { '#': 'tag', '@': 'user' };

function wordsOf(text: string, kind: Leaf['kind'], accents: Accents): Leaf | string {
  const value = plain(text, accents);
  return value === '' ? `no viable alternative at character '${text}'` : { kind, value, alone: true };
}

function operatorOf(name: string, value: string, accents: Accents): Leaf | string {
  const is = value.toLowerCase();
  if (name === 'url' && plain(value) !== '')
    return { kind: 'url', value: plain(value, accents), alone: true };
  if (name === 'from') return { kind: 'from', value: is, alone: true };
  if (name === 'lang') return { kind: 'lang', value: is, alone: false };
  if (name === 'is' && IS.includes(is)) return { kind: 'is', value: is, alone: false };
  if (name === 'has' && HAS.includes(is)) return { kind: 'has', value: is, alone: false };
  return `the simulator does not know the operator '${name}:${value}'`;
}
