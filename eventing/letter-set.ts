// A set of dead letters at a bit each: a million of them cost 125 KB.
import type { LogRecord } from './log.ts';

const BITS = 8_192;
const ID = /^(\d{1,10})-(\d{1,15})$/;

/** Takes ids that {@link letterId} made; any other is never in it. */
export interface LetterSet {
  has(id: string): boolean;
  /** False when it was in the set before, and for what is no id. */
  add(id: string): boolean;
}

export function letterId({ partition, offset }: Pick<LogRecord, 'partition' | 'offset'>): string {
  return `${partition}-${offset}`;
}

export function isLetterId(id: string): boolean {
  return ID.test(id);
}

export function letterSet(): LetterSet {
  // In pages, so that one letter far away costs a page and not all that could lie before it.
  const pages = new Map<string, Uint8Array>();
  return {
    has(id) {
      const place = placeOf(id);
      if (place === undefined) return false;
      return ((pages.get(place.page)?.[place.byte] ?? 0) & place.bit) !== 0;
    },
    add(id) {
      const place = placeOf(id);
      if (place === undefined) return false;
      const page = pages.get(place.page) ?? new Uint8Array(BITS / 8);
      pages.set(place.page, page);
      const before = page[place.byte] ?? 0;
      page[place.byte] = before | place.bit;
      return (before & place.bit) === 0;
    },
  };
}

function placeOf(id: string): { page: string; byte: number; bit: number } | undefined {
  const [, partition, digits] = ID.exec(id) ?? [];
  if (partition === undefined || digits === undefined) return undefined;
  const offset = Number(digits);
  const within = offset % BITS;
  return { page: `${partition}-${Math.floor(offset / BITS)}`, byte: within >> 3, bit: 1 << (within & 7) };
}
