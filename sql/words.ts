// Words: where they begin and end in a text, and when two of them are the same. Knows characters, not keywords.
// Every character's properties are worked out once, 256 characters at a time, and then looked up.

/** A letter, mark or digit of a script that has spaces between words: joins the one before to one word. */
export const PLAIN = 1;
/** A letter or digit: what a word may begin with. */
export const INITIAL = 2;
/** A letter, mark or digit: what words are made of. Where it is not plain, a word may begin and end anywhere beside it. */
export const WORD = 4;
/** NFC may change it or join it to the character before it. */
export const UNSTABLE = 8;
/** The bits below are the flags above; the rest is the code point that the character folds to. */
export const FOLD_SHIFT = 4;
/** What describes a character outside the Basic Multilingual Plane, two code units long, is at least this. */
export const ASTRAL = 0x10000 << FOLD_SHIFT;

const word = /[\p{L}\p{M}\p{N}]/u;
const mark = /\p{M}/u;
// NFC leaves these marks, which half of all emoji have, where they are.
const selector = /\p{Variation_Selector}/u;
// Script extensions bring in the long vowel mark of Kana; also accents that Latin shares with these scripts, which stay Latin's.
const spaceless =
  /[[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]--\p{scx=Latn}]/v;
// The vowels and finals of Hangul join the syllable before them.
const jamo = /[\u1100-\u11ff]/;

/** What lower case does not tell of simple case folding (CaseFolding.txt, status C and S). */
const oddFolds: Readonly<Record<string, string>> = {
  '\u0131': '\u0131',
  '\ufb05': '\ufb06',
  '\u1fd3': '\u0390',
  '\u1fe3': '\u03b0',
};

const PAGE = 256;
const pages: (Int32Array | undefined)[] = Array.from({ length: 0x110000 / PAGE }, () => undefined);

/** The flags of a code point and, shifted by {@link FOLD_SHIFT}, the code point it folds to. */
export function describe(code: number): number {
  const page = pages[code >>> 8] ?? fillPage(code >>> 8);
  return page[code & 255] ?? 0;
}

function fillPage(number: number): Int32Array {
  const page = Int32Array.from({ length: PAGE }, (_, index) => {
    const char = String.fromCodePoint(number * PAGE + index);
    return ((foldOf(char).codePointAt(0) ?? 0) << FOLD_SHIFT) | flagsOf(char);
  });
  pages[number] = page;
  return page;
}

function flagsOf(char: string): number {
  const unstable = isUnstable(char) ? UNSTABLE : 0;
  if (!word.test(char)) return unstable;
  return WORD | (mark.test(char) ? 0 : INITIAL) | (spaceless.test(char) ? 0 : PLAIN) | unstable;
}

function isUnstable(char: string): boolean {
  if (mark.test(char)) return !selector.test(char);
  // Some letters of two code units join the one before; all are rare.
  return jamo.test(char) || char.normalize('NFC') !== char || (char.length > 1 && word.test(char));
}

/** Simple case folding of one character, by way of its upper case: final sigma and long s have the same as their kin. */
function foldOf(char: string): string {
  const odd = oddFolds[char];
  if (odd !== undefined) return odd;
  const upper = char.toUpperCase();
  const folded = isOne(upper) ? upper.toLowerCase() : char.toLowerCase();
  return isOne(folded) ? folded : char;
}

const isOne = (text: string): boolean => text.length === ((text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);

/** Unicode simple case folding, character by character (`İ` stays, `ß` and `ẞ` are the same, `ss` is not). */
export function fold(text: string): string {
  let folded = '';
  for (const char of text) folded += String.fromCodePoint(describe(char.codePointAt(0) ?? 0) >>> FOLD_SHIFT);
  return folded;
}

/**
 * The words of a text, folded: runs of letters, marks and digits after NFC. Marks that follow none of these
 * belong to what they follow (`⚠️flood` ends its sign with one) and begin no word.
 */
export function wordsOf(text: string): string[] {
  return (text.normalize('NFC').match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? []).map(fold);
}

/** The parts of a folded word that a text is searched for: single characters of scripts without spaces, and runs of others. */
export function atomsOf(folded: string): string[] {
  const atoms: string[] = [];
  let open = false;
  for (const char of folded) {
    const plain = (describe(char.codePointAt(0) ?? 0) & PLAIN) !== 0;
    if (open && plain) atoms.push(`${atoms.pop() ?? ''}${char}`);
    else atoms.push(char);
    open = plain;
  }
  return atoms;
}
