// The keyword language: what Twitter's `track` meant, with exact phrases in double quotes.

/** Words that must stand next to each other in this order; a bare word is a term of one. All folded. */
export type Term = readonly string[];

/** A keyword as parsed: every term must occur, in any order. */
export interface Keyword {
  readonly text: string;
  readonly terms: readonly Term[];
}

/** What keeps a text from being a keyword, in words for a person; undefined for a good one. */
export function keywordProblem(text: string): string | undefined {
  return /[\p{L}\p{N}]/u.test(text) ? undefined : 'A keyword needs at least one letter or digit.';
}
