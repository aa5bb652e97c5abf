// Where the parts of a JSON value are, in bytes: for taking them out as they were written. Checks nothing; a cut-off value ends with its bytes.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;

/** The bytes of a value within those of a larger one. */
export interface Slice {
  readonly start: number;
  readonly end: number;
}

export interface Member extends Slice {
  readonly key: string;
}

/** The members of the object that begins at `at`, or none if no object does. */
export function* members(bytes: Buffer, at: number): Generator<Member> {
  if (bytes[at] !== OPEN_OBJECT) return;
  let position = pass(bytes, at + 1, COMMA);
  while (bytes[position] === QUOTE) {
    const keyEnd = skipString(bytes, position);
    const start = pass(bytes, keyEnd, COLON);
    const end = skipValue(bytes, start);
    yield { key: keyOf(bytes.toString('utf8', position, keyEnd)), start, end };
    position = pass(bytes, end, COMMA);
  }
}

/** The elements of the list that begins at `at`, or none if no list does. */
export function* elements(bytes: Buffer, at: number): Generator<Slice> {
  if (bytes[at] !== OPEN_LIST) return;
  let start = pass(bytes, at + 1, COMMA);
  while (start < bytes.length && bytes[start] !== CLOSE_LIST) {
    const end = skipValue(bytes, start);
    yield { start, end };
    start = pass(bytes, end, COMMA);
  }
}

/** The first position from `at` on that is neither a space nor `sign`. */
function pass(bytes: Buffer, at: number, sign: number): number {
  let position = at;
  for (; position < bytes.length; position++) {
    const byte = bytes[position] ?? 0;
    if (byte > SPACE && byte !== sign) break;
  }
  return position;
}

function skipValue(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) return skipString(bytes, at);
  if (first === OPEN_OBJECT || first === OPEN_LIST) return skipNested(bytes, at);
  let end = at + 1;
  while (end < bytes.length && !endsPrimitive(bytes[end] ?? 0)) end++;
  return Math.min(end, bytes.length);
}

function endsPrimitive(byte: number): boolean {
  return byte <= SPACE || byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT;
}

function skipString(bytes: Buffer, at: number): number {
  let end = at + 1;
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  return Math.min(end + 1, bytes.length);
}

function skipNested(bytes: Buffer, at: number): number {
  let depth = 0;
  let position = at;
  while (position < bytes.length) {
    const byte = bytes[position];
    if (byte === QUOTE) {
      position = skipString(bytes, position);
      continue;
    }
    position++;
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth === 0) return position;
  }
  return bytes.length;
}

function keyOf(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    // A key with a bad escape, or cut off: it is the name of nothing we look for.
    return text;
  }
}
