// Reads a text as a row of numbers: the atoms (see sql/words.ts) that keywords are made of, in order. Knows no keywords itself.
// This is what a post's matching costs, so it touches each character once and makes no strings.
import { ASTRAL, describe, FOLD_SHIFT, PLAIN, UNSTABLE } from '../sql/words.ts';

/** What `describe` gives, as far as it was asked before, for characters of one code unit. */
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

// FNV-1a (Fowler, Noll, Vo) from 0, a folded code point at a time.
const mix = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193);
const spread = (hash: number): number => hash ^ (hash >>> 15);

/** Atoms by number, from 1: a hash table asked with a place in a text instead of a string. */
class AtomTable {
  /** one bit for each hash that there is: small enough to stay near the processor when the rest is not */
  readonly #filter: Int32Array;
  /** pairs: the atom's number, 0 for none, and where its record is */
  readonly #slots: Int32Array;
  /** for each atom its hash, how many code points it has, and these: what is compared lies together */
  readonly #records: Int32Array;

  /** `atoms` are folded and distinct; each gets its index + 1. */
  constructor(atoms: readonly string[]) {
    const size = 2 ** Math.ceil(Math.log2(atoms.length * 2 + 8));
    this.#filter = new Int32Array(size / 2);
    this.#slots = new Int32Array(size * 2);
    const records: number[] = [];
    for (const [index, atom] of atoms.entries()) {
      const codes = Array.from(atom, (char) => char.codePointAt(0) ?? 0);
      const hash = codes.reduce(mix, 0);
      this.#add(hash, index + 1, records.length);
      for (const value of [hash, codes.length, ...codes]) records.push(value);
    }
    this.#records = Int32Array.from(records);
  }

  #add(hash: number, id: number, record: number): void {
    const last = this.#slots.length - 2;
    let slot = (spread(hash) * 2) & last;
    while (this.#slots[slot] !== 0) slot = (slot + 2) & last;
    this.#slots[slot] = id;
    this.#slots[slot + 1] = record;
    const bits = (hash >>> 5) & (this.#filter.length - 1);
    this.#filter[bits] = (this.#filter[bits] ?? 0) | (1 << (hash & 31));
  }

  /** False when no atom has this hash. */
  mayHave(hash: number): boolean {
    const bits = this.#filter[(hash >>> 5) & (this.#filter.length - 1)] ?? 0;
    return (bits & (1 << (hash & 31))) !== 0;
  }

  /** The number of the atom that the text has, folded, at `start`; 0 when it is none. */
  find(hash: number, text: string, start: number): number {
    const last = this.#slots.length - 2;
    for (let slot = (spread(hash) * 2) & last; ; slot = (slot + 2) & last) {
      const id = this.#slots[slot] ?? 0;
      if (id === 0) return 0;
      const record = this.#slots[slot + 1] ?? 0;
      if (this.#records[record] === hash && this.#isAt(record, text, start)) return id;
    }
  }

  /** Whether the whole atom at `start`, not only its beginning, is that of the record. */
  #isAt(record: number, text: string, start: number): boolean {
    const end = record + 2 + (this.#records[record + 1] ?? 0);
    let place = start;
    let char = 0;
    for (let index = record + 2; index < end; index++) {
      if (place >= text.length) return false;
      char = charAt(text, place);
      if (this.#records[index] !== char >>> FOLD_SHIFT) return false;
      place += unitsOf(char);
    }
    const next = place < text.length ? charAt(text, place) : 0;
    return (char & next & PLAIN) === 0;
  }
}

/** Reads one text after another, and keeps what it read last. */
export class AtomReader {
  readonly #table: AtomTable;
  /** the hashes of all atoms of the text, in the table or not */
  #hashes = new Int32Array(1024);
  /** where they begin: twice the place, plus 1 where nothing separates it from the atom before */
  #starts = new Int32Array(1024);
  #atoms = 0;
  /** how many of the atoms are in the table: so far are the two rows below filled */
  count = 0;
  /** twice the atom's number, plus 1 where nothing separates it from the atom before */
  labels = new Int32Array(1024);
  /** how many atoms of the text are before it */
  places = new Int32Array(1024);

  /** `atoms` are folded and distinct; each gets its index + 1 as its number. */
  constructor(atoms: readonly string[]) {
    this.#table = new AtomTable(atoms);
  }

  read(text: string): void {
    const stable = this.#split(text, UNSTABLE);
    const composed = stable ? text : text.normalize('NFC');
    if (!stable) this.#split(composed, 0);
    this.#find(composed);
  }

  /**
   * Splits a text into its atoms; false, without having done so, when a character has one of the `refused` flags. Hardly branches,
   * because words end where no processor expects it: what belongs to no atom is written to the place of the next,
   * which writes over it.
   */
  #split(text: string, refused: number): boolean {
    if (this.#hashes.length < text.length + 2) this.#makeRoom(text.length * 2);
    const hashes = this.#hashes;
    const starts = this.#starts;
    let hash = 0;
    let last = -1;
    let inWord = 0;
    let inPlain = 0;
    for (let place = 0; place < text.length;) {
      const char = charAt(text, place);
      if ((char & refused) !== 0) return false;
      // INITIAL, or WORD where a word has begun: a mark begins none.
      const goesOn = ((char >> 1) | ((char >> 2) & inWord)) & 1;
      const joins = char & inPlain;
      const begins = goesOn ^ joins;
      last += begins;
      hash = mix(hash & -joins, char >>> FOLD_SHIFT);
      starts[last + 1 - begins] = place * 2 + inWord;
      hashes[last + 1 - goesOn] = hash;
      place += unitsOf(char);
      inWord = goesOn;
      inPlain = char & goesOn;
    }
    this.#atoms = last + 1;
    return true;
  }

  /** Keeps the atoms that are in the table. */
  #find(text: string): void {
    const table = this.#table;
    const hashes = this.#hashes;
    const atoms = this.#atoms;
    this.count = 0;
    for (let atom = 0; atom < atoms; atom++) {
      const hash = hashes[atom] ?? 0;
      if (table.mayHave(hash)) this.#keep(atom, hash, text);
    }
  }

  #keep(atom: number, hash: number, text: string): void {
    const start = this.#starts[atom] ?? 0;
    const id = this.#table.find(hash, text, start >> 1);
    if (id === 0) return;
    this.labels[this.count] = id * 2 + (start & 1);
    this.places[this.count++] = atom;
  }

  #makeRoom(length: number): void {
    this.#hashes = new Int32Array(length);
    this.#starts = new Int32Array(length);
    this.labels = new Int32Array(length);
    this.places = new Int32Array(length);
  }
}
