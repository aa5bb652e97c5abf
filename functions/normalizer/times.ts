// The times in messages and envelopes, in the forms that X and the tracker write, and no others.

const V1 =
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} (?:0[1-9]|[12]\d|3[01]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d \+0000 \d{4}$/;
const MONTHS = ' Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec';
const RFC_3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

// Before the first post there was none; a century on, somebody's clock was wrong.
const FIRST_POST = Date.UTC(2006, 2, 21);
const END = Date.UTC(2100, 0, 1);

/**
 * `created_at` of v1.1 (`Wed Oct 10 20:19:24 +0000 2018`) or v2 (RFC 3339) in ms since 1970;
 * undefined for any other value and for a time before X's first post or after this century.
 */
export function createdAtOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const time = value.charAt(4) === '-' ? Math.floor((microsOf(value) ?? Number.NaN) / 1000) : v1TimeOf(value);
  return time >= FIRST_POST && time < END ? time : undefined;
}

/** Always UTC; NaN for another form. */
function v1TimeOf(text: string): number {
  const month = MONTHS.indexOf(text.slice(3, 7)) / 4;
  if (month < 0 || !V1.test(text)) return Number.NaN;
  return Date.UTC(numberAt(text, 26, 30), month, numberAt(text, 8, 10)) + clockAt(text, 11);
}

/** An RFC 3339 time in µs since 1970, further decimals cut off; undefined when it is none. */
export function microsOf(text: string): number | undefined {
  if (!RFC_3339.test(text)) return undefined;
  const utc = text.endsWith('Z') ? utcOf(text) : Date.parse(text.slice(0, 19) + text.slice(-6));
  const micros = utc * 1000 + fractionOf(text);
  return Number.isNaN(micros) ? undefined : micros;
}

// Every post has three such times: read by position, they take half of what Date.parse takes.
function utcOf(text: string): number {
  return Date.UTC(numberAt(text, 0, 4), numberAt(text, 5, 7) - 1, numberAt(text, 8, 10)) + clockAt(text, 11);
}

/** `hh:mm:ss` in ms. */
function clockAt(text: string, at: number): number {
  const minutes = numberAt(text, at, at + 2) * 60 + numberAt(text, at + 3, at + 5);
  return (minutes * 60 + numberAt(text, at + 6, at + 8)) * 1000;
}

function numberAt(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}

/** The decimals of the seconds, in µs. */
function fractionOf(text: string): number {
  let micros = 0;
  for (let at = 20, unit = 100_000; unit >= 1; at++, unit /= 10) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    micros += digit * unit;
  }
  return text.charAt(19) === '.' ? micros : 0;
}
