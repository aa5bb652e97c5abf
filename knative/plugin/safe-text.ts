// Text of strangers on a terminal: whatever could move the cursor, colour, hide or turn around what stands there is written out.

// Control characters, line and paragraph separators, and the marks that change the direction of writing (Unicode UAX 9).
const UNSAFE = /\p{Cc}|\p{Zl}|\p{Zp}|\p{Cs}|\p{Bidi_Control}/gu;

/** On one line, an unsafe character as `\u{1b}`. */
export function safe(text: string): string {
  return text.replace(UNSAFE, (char) => `\\u{${char.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** The same line by line, ended by a line break. */
export function safeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => `${safe(line)}\n`)
    .join('');
}

/** For JSON and double-quoted YAML, where such a character stands only inside a string: `\u009b` is the same string. */
export function escaped(written: string): string {
  return written.replace(UNSAFE, (char) =>
    char === '\n' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const MARK = /\p{M}/u;
// Roughly East Asian Width W and F (Unicode UAX 11), which a terminal draws two columns wide.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

/** Columns on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += MARK.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return width;
}
