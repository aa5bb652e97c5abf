// The keyword language: what Twitter's `track` meant, with exact phrases in double quotes.
import { wordsOf } from './words.ts';

/** Words that must stand next to each other in this order; a bare word is a term of one. All folded. */
export type Term = readonly string[];

/** A keyword as parsed: every term must occur, in any order. */
export interface Keyword {
  readonly text: string;
  readonly terms: readonly Term[];
}

const HOW_TO_QUOTE = 'An exact phrase stands between two double quotes, as in "flash flood".';

/**
 * What a keyword asks for. Takes any text: one that {@link keywordProblem} objects to may give no terms, and
 * then matches nothing; a double quote without its partner only separates.
 */
export function parseKeyword(text: string): Keyword {
  const terms = quotedAndBare(text).flatMap(({ part, quoted }) => {
    const words = wordsOf(part);
    if (!quoted) return words.map((word) => [word]);
    return words.length === 0 ? [] : [words];
  });
  return { text, terms };
}

/** What keeps a text from being a keyword, in words for a person; undefined for a good one. */
export function keywordProblem(text: string): string | undefined {
  if (text.trim() === '') return 'A keyword is empty. It needs at least one word.';
  if ((text.split('"').length - 1) % 2 === 1) return `A double quote has no partner. ${HOW_TO_QUOTE}`;
  if (quotedAndBare(text).some(({ part, quoted }) => quoted && wordsOf(part).length === 0))
    return `There is no word between two double quotes. ${HOW_TO_QUOTE}`;
  if (wordsOf(text).length === 0)
    return 'A keyword needs at least one letter or digit; signs and emoji alone are not searched for.';
  return undefined;
}

function quotedAndBare(text: string): { part: string; quoted: boolean }[] {
  const parts = text.split('"');
  return parts.map((part, index) => ({ part, quoted: index % 2 === 1 && index < parts.length - 1 }));
}
