// Reads single values of a stranger's message: a value of the wrong type is as good as absent, and nothing throws.
// The fill functions beside it set each column by its own name: in a loop over names it takes five times as long.

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

/** A whole number of 32 bits, as the table's `int` holds it; undefined for anything else. */
export function intOf(value: unknown): number | undefined {
  return typeof value === 'number' && (value | 0) === value ? value | 0 : undefined;
}

/** Several values in one text, as the original table has them: joined by a space. Undefined for none. */
export function joined(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(' ');
}

/** An object as JSON text; undefined for what is none, or is nested too deeply to be written: that is no place on earth. */
export function jsonOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** An id of X: a string of digits, or a number that JSON readers do not round. */
export function idOf(text: unknown, number?: unknown): string | undefined {
  if (typeof text === 'string') return /^\d{1,20}$/.test(text) ? text : undefined;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
    ? String(number)
    : undefined;
}

/** What each object has under one name, where that is a text. */
export function textsOf(objects: readonly { readonly [key: string]: unknown }[], name: string): string[] {
  const texts: string[] = [];
  for (const object of objects) {
    const text = object[name];
    if (typeof text === 'string') texts.push(text);
  }
  return texts;
}
