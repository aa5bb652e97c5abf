// What the matcher must find, said a second time: slowly, one keyword at a time.
// Case is folded by the `iu` of regular expressions, which ECMAScript defines as Unicode's simple case folding.

/** The characters of a run of letters, marks and digits. */
type Run = readonly string[];

const SCRIPTS = ['Han', 'Hira', 'Kana', 'Thai', 'Lao', 'Khmr', 'Mymr'];
const scripts = SCRIPTS.map((script) => new RegExp(`\\p{Script_Extensions=${script}}`, 'u'));
// Accents and an apostrophe that Latin has in common with one of these scripts are Latin's.
const isSpaceless = (char: string): boolean =>
  scripts.some((script) => script.test(char)) && !/\p{Script_Extensions=Latin}/u.test(char);

const runsOf = (text: string): Run[] =>
  (text.normalize('NFC').match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? []).map((run) => Array.from(run));

const patterns = new Map<string, RegExp>();

function sameAs(word: string): RegExp {
  const pattern = patterns.get(word) ?? new RegExp(`^${word}$`, 'iu');
  patterns.set(word, pattern);
  return pattern;
}

/** Whether a word may end between these two neighbours. */
const parts = (left: string | undefined, right: string | undefined): boolean =>
  left === undefined || right === undefined || isSpaceless(left) || isSpaceless(right);

/** Where a word ends that begins at `start`; undefined when it does not stand there as a whole word. */
function endOf(run: Run, word: Run, start: number): number | undefined {
  const end = start + word.length;
  const same = sameAs(word.join('')).test(run.slice(start, end).join(''));
  return same && parts(run[start - 1], run[start]) && parts(run[end - 1], run[end]) ? end : undefined;
}

/** Whether the words stand from here on next to each other: nothing but separators between two, or nothing at all. */
function standAt(runs: readonly Run[], words: readonly Run[], place: number, start: number): boolean {
  const [word, ...rest] = words;
  const run = runs[place];
  if (word === undefined) return true;
  const end = run && endOf(run, word, start);
  if (end === undefined) return false;
  if (rest.length === 0 || standAt(runs, rest, place, end)) return true;
  return end === run?.length && standAt(runs, rest, place + 1, 0);
}

function isIn(text: string, words: readonly Run[]): boolean {
  const runs = runsOf(text);
  return runs.some((run, place) => run.some((_, start) => standAt(runs, words, place, start)));
}

/** Whether a well-formed keyword matches a post with these texts. */
export function slowMatch(keyword: string, texts: readonly string[]): boolean {
  const phrases = keyword
    .split('"')
    .flatMap((part, index) => (index % 2 === 1 ? [runsOf(part)] : runsOf(part).map((word) => [word])));
  return phrases.every((words) => texts.some((text) => isIn(text, words)));
}
