// Text as rules see it: letters, marks and digits, one space for each run of anything else; case does not count.
// Operators in X's documentation (Filtered stream: "Build a rule"): a keyword is split at punctuation, symbols and separators.

const ACCENTS = /[\u0300-\u036f]/g;

/** Whether accents count: in stream rules they do, in search they do not (facts/x-api §1.2). */
export type Accents = 'exact' | 'ignored';

export function plain(text: string, accents: Accents = 'exact'): string {
  const whole =
    accents === 'exact'
      ? text.normalize('NFC')
      : text.normalize('NFD').replaceAll(ACCENTS, '').normalize('NFC');
  const folded = whole.toLowerCase().replaceAll('ς', 'σ');
  return folded.replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trim();
}

const SPACELESS = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}ー]/u;

/** The fields of a post, each on a line of its own with a space around it. */
export const fieldsOf = (fields: readonly string[], accents: Accents): string =>
  fields.map((field) => ` ${plain(field, accents)} `).join('\n');

/** Words of their own; beside a script that is written without spaces no boundary is asked. */
export function contains(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    if (isEdge(text, at) && isEdge(text, at + words.length)) return true;
  }
  return false;
}

/** Between two characters of which one is a space or needs none. */
function isEdge(text: string, at: number): boolean {
  const pair = [before(text, at), String.fromCodePoint(text.codePointAt(at) ?? 32)];
  return pair.some((character) => character === ' ' || SPACELESS.test(character));
}

function before(text: string, at: number): string {
  const unit = text.charCodeAt(at - 1);
  const isLowSurrogate = unit >= 0xdc00 && unit <= 0xdfff;
  return isLowSurrogate ? text.slice(at - 2, at) : text.charAt(at - 1);
}
