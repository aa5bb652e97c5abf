// Reads a text as a row of numbers: the atoms (see sql/words.ts) that keywords are made of, in order. Knows no keywords itself.
// This is what a post's matching costs, so it touches each character once and makes no strings.
import {
  ASTRAL, describe, FOLD_SHIFT, INITIAL, SPACELESS, UNSTABLE, WORD,
} from '../sql/words.ts'; // prettier-ignore

/** What `describe` gives, as far as it was asked before, for all characters of one code unit. */
const known = new Int32Array(0x10000);

/** What stands at a place of a text: flags and folded code point, as `describe` gives them. */
function charAt(text: string, place: number): number {
  const unit = text.charCodeAt(place);
  return known[unit] || learn(text, place, unit);
}

function learn(text: string, place: number, unit: number): number {
  if ((unit & 0xfc00) === 0xd800) return describe(text.codePointAt(place) ?? unit);
  const char = describe(unit);
  known[unit] = char;
  return char;
}

const unitsOf = (char: number): number => (char >= ASTRAL ? 2 : 1);

// FNV-1a (Fowler, Noll, Vo), a folded code point at a time.
const SEED = 0x811c9dc5 | 0;
const mix = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193);
const spread = (hash: number): number => hash ^ (hash >>> 15);

/** Atoms by number, from 1: a hash table asked with a place in a text instead of a string. */
class AtomTable {
  /** one bit for each hash that there is: small enough to stay near the processor when the rest is not */
  readonly #filter: Int32Array;
  /** where the atom's record begins in `records`, 0 for none */
  readonly #slots: Int32Array;
  /** for each atom its hash, its number, how many code points it has, and these: what is compared lies together */
  readonly #records: Int32Array;

  /** `atoms` are folded and distinct; each gets its index + 1. */
  constructor(atoms: readonly string[]) {
    const size = 2 ** Math.ceil(Math.log2(atoms.length * 2 + 8));
    this.#filter = new Int32Array(size / 2);
    this.#slots = new Int32Array(size);
    const records = [0];
    for (const [index, atom] of atoms.entries()) {
      const codes = Array.from(atom, (char) => char.codePointAt(0) ?? 0);
      const hash = codes.reduce(mix, SEED);
      this.#add(hash, records.length);
      for (const value of [hash, index + 1, codes.length, ...codes]) records.push(value);
    }
    this.#records = Int32Array.from(records);
  }

  #add(hash: number, record: number): void {
    const last = this.#slots.length - 1;
    let slot = spread(hash) & last;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & last;
    this.#slots[slot] = record;
    const bits = (hash >>> 5) & (this.#filter.length - 1);
    this.#filter[bits] = (this.#filter[bits] ?? 0) | (1 << (hash & 31));
  }

  /** False when no atom has this hash. */
  mayHave(hash: number): boolean {
    const bits = this.#filter[(hash >>> 5) & (this.#filter.length - 1)] ?? 0;
    return (bits & (1 << (hash & 31))) !== 0;
  }

  /** The number of the atom that is `length` characters of the text from `place` on, folded; 0 when it is none. */
  find(hash: number, text: string, place: number, length: number): number {
    const last = this.#slots.length - 1;
    for (let slot = spread(hash) & last; ; slot = (slot + 1) & last) {
      const record = this.#slots[slot] ?? 0;
      if (record === 0) return 0;
      const fits = this.#records[record] === hash && this.#records[record + 2] === length;
      if (fits && this.#isAt(record + 3, length, text, place)) return this.#records[record + 1] ?? 0;
    }
  }

  #isAt(start: number, length: number, text: string, place: number): boolean {
    let at = place;
    for (let index = start; index < start + length; index++) {
      const char = charAt(text, at);
      if (this.#records[index] !== char >>> FOLD_SHIFT) return false;
      at += unitsOf(char);
    }
    return true;
  }
}

/** Reads one text after another, and keeps what it read last. */
export class AtomReader {
  readonly #table: AtomTable;
  /** how many of the text's atoms are in the table: so far are the two rows filled */
  count = 0;
  /** twice the atom's number, plus 1 where nothing separates it from the atom before */
  labels = new Int32Array(512);
  /** how many atoms of the text are before it, in the table or not */
  places = new Int32Array(512);

  /** `atoms` are folded and distinct; each gets its index + 1 as its number. */
  constructor(atoms: readonly string[]) {
    this.#table = new AtomTable(atoms);
  }

  read(text: string): void {
    if (!this.#scan(text, UNSTABLE)) this.#scan(text.normalize('NFC'), 0);
  }

  /** False as soon as a character has one of the `refused` flags. */
  #scan(text: string, refused: number): boolean {
    const table = this.#table;
    this.count = 0;
    // A mark continues a word but begins none.
    let accepted = INITIAL;
    let atoms = 0;
    for (let place = 0; place < text.length;) {
      let char = charAt(text, place);
      if ((char & refused) !== 0) return false;
      const start = place;
      place += unitsOf(char);
      if ((char & accepted) === 0) {
        accepted = INITIAL;
        continue;
      }
      let hash = mix(SEED, char >>> FOLD_SHIFT);
      let length = 1;
      while ((char & SPACELESS) === 0 && place < text.length) {
        char = charAt(text, place);
        if ((char & (WORD | SPACELESS | refused)) !== WORD) break;
        hash = mix(hash, char >>> FOLD_SHIFT);
        length++;
        place += unitsOf(char);
      }
      if (table.mayHave(hash))
        this.#keep(table.find(hash, text, start, length), accepted === WORD ? 1 : 0, atoms);
      accepted = WORD;
      atoms++;
    }
    return true;
  }

  #keep(id: number, glue: number, place: number): void {
    if (id === 0) return;
    if (this.count === this.labels.length) {
      this.labels = doubled(this.labels);
      this.places = doubled(this.places);
    }
    this.labels[this.count] = id * 2 + glue;
    this.places[this.count++] = place;
  }
}

function doubled(row: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(row.length * 2);
  longer.set(row);
  return longer;
}
