// JSON's grammar as something that can be fed line by line: where a value ends, or that it cannot go on. Makes no values.

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
// A table, because it is asked for every byte between two strings.
const PUNCTUATION = new Uint8Array(256);
for (const sign of [COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT]) PUNCTUATION[sign] = 1;

// Deeper than any message; a stack that bad input cannot make long.
const MAX_DEPTH = 512;

const PRIMITIVE = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

/** What {@link Grammar.feed} returns instead of a position: the value goes on behind these bytes, or is none. */
export const UNFINISHED = -1;
export const BROKEN = -2;

export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** One value. No token goes over the end of what is fed: a string holds no line break. */
export class Grammar {
  #expected: Expected = 'value';
  readonly #open: number[] = [];

  get depth(): number {
    return this.#open.length;
  }

  /** The position behind the value's last byte, {@link UNFINISHED} or {@link BROKEN}. */
  feed(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      if (isSpace(bytes[at])) {
        at++;
        continue;
      }
      at = this.#token(bytes, at);
      if (at === BROKEN || this.#expected === 'nothing') return at;
    }
    return UNFINISHED;
  }

  #token(bytes: Uint8Array, at: number): number {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return this.#string() ? endOfString(bytes, at) : BROKEN;
    if (PUNCTUATION[byte] === 1) return this.#punctuation(byte) ? at + 1 : BROKEN;
    return this.#isValueExpected() && this.#afterValue() ? endOfPrimitive(bytes, at) : BROKEN;
  }

  #punctuation(byte: number): boolean {
    switch (byte) {
      case OPEN_OBJECT:
        return this.#begin(CLOSE_OBJECT);
      case OPEN_LIST:
        return this.#begin(CLOSE_LIST);
      case COLON:
        return this.#step('colon', 'value');
      case COMMA:
        return this.#step('comma or end', this.#open.at(-1) === CLOSE_OBJECT ? 'key' : 'value');
      default:
        return this.#end(byte);
    }
  }

  #isValueExpected(): boolean {
    return this.#expected === 'value' || this.#expected === 'value or end';
  }

  #afterValue(): true {
    this.#expected = this.#open.length === 0 ? 'nothing' : 'comma or end';
    return true;
  }

  #step(expected: Expected, next: Expected): boolean {
    if (this.#expected !== expected) return false;
    this.#expected = next;
    return true;
  }

  #string(): boolean {
    if (this.#isValueExpected()) return this.#afterValue();
    return this.#step('key', 'colon') || this.#step('key or end', 'colon');
  }

  #begin(closing: number): boolean {
    if (!this.#isValueExpected() || this.#open.length >= MAX_DEPTH) return false;
    this.#open.push(closing);
    this.#expected = closing === CLOSE_OBJECT ? 'key or end' : 'value or end';
    return true;
  }

  #end(closing: number): boolean {
    const empty = closing === CLOSE_OBJECT ? 'key or end' : 'value or end';
    if (this.#open.at(-1) !== closing) return false;
    if (this.#expected !== 'comma or end' && this.#expected !== empty) return false;
    this.#open.pop();
    return this.#afterValue();
  }
}

function endOfString(bytes: Uint8Array, at: number): number {
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) return i + 1;
    if (byte < 0x20) return BROKEN;
    if (byte === BACKSLASH) i++;
  }
  return BROKEN;
}

function endOfPrimitive(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && isPartOfPrimitive(bytes[end] ?? 0)) end++;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1');
  return PRIMITIVE.test(text) ? end : BROKEN;
}

function isPartOfPrimitive(byte: number): boolean {
  return byte > 0x20 && byte !== COMMA && byte !== CLOSE_LIST && byte !== CLOSE_OBJECT;
}
