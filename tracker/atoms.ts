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
/** Two of 32 bits: of the atoms that are in no keyword about one in a hundred passes. */
const bitsOf = (hash: number): number => (1 << (hash >>> 27)) | (1 << (hash >>> 22));

/** Atoms by number, from 1: a hash table asked with a place in a text instead of a string. */
class AtomTable {
  /** pairs: for each bucket bits of the hashes that are in it, and where its records begin */
  readonly #buckets: Int32Array;
  /** for each atom its number, its hash, how many code points it has, and these; those of a bucket lie together */
  readonly #records: Int32Array;

  /** `atoms` are folded and distinct; each gets its index + 1. */
  constructor(atoms: readonly string[]) {
    const size = 2 ** Math.ceil(Math.log2(atoms.length + 4));
    const buckets = Array.from({ length: size }, (): number[] => []);
    this.#buckets = new Int32Array(size * 2 + 2);
    for (const [index, atom] of atoms.entries()) {
      const codes = Array.from(atom, (char) => char.codePointAt(0) ?? 0);
      const hash = codes.reduce(mix, 0);
      const place = this.#bucketOf(hash);
      buckets[place / 2]?.push(index + 1, hash, codes.length, ...codes);
      this.#buckets[place] = (this.#buckets[place] ?? 0) | bitsOf(hash);
    }
    for (const [index, { length }] of buckets.entries())
      this.#buckets[index * 2 + 3] = (this.#buckets[index * 2 + 1] ?? 0) + length;
    this.#records = Int32Array.from(buckets.flat());
  }

  #bucketOf(hash: number): number {
    return (spread(hash) * 2) & (this.#buckets.length - 4);
  }

  /** False when no atom has this hash. */
  mayHave(hash: number): boolean {
    return (bitsOf(hash) & ~(this.#buckets[this.#bucketOf(hash)] ?? 0)) === 0;
  }

  /** The number of the atom that the text has, folded, at `start`; 0 when it is none. */
  find(hash: number, text: string, start: number): number {
    const bucket = this.#bucketOf(hash);
    const end = this.#buckets[bucket + 3] ?? 0;
    let record = this.#buckets[bucket + 1] ?? 0;
    while (record < end) {
      if (this.#records[record + 1] === hash && this.#isAt(record + 1, text, start))
        return this.#records[record] ?? 0;
      record += 3 + (this.#records[record + 2] ?? 0);
    }
    return 0;
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
  /**
   * pairs: the hash of each atom of the text, in the table or not, and where it begins: twice the place, plus 1
   * where nothing separates it from the atom before
   */
  #atoms = new Int32Array(2048);
  #end = 0;
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
    if (this.#atoms.length < text.length * 2 + 4) this.#makeRoom(text.length * 2);
    const atoms = this.#atoms;
    // What is imported is read anew at each use; these are read once.
    const shift = FOLD_SHIFT;
    const astral = ASTRAL;
    let hash = 0;
    let end = 0;
    let inWord = 0;
    let inPlain = 0;
    for (let place = 0; place < text.length;) {
      const char = charAt(text, place);
      if ((char & refused) !== 0) return false;
      // INITIAL, or WORD where a word has begun: a mark begins none.
      const goesOn = ((char >> 1) | ((char >> 2) & inWord)) & 1;
      const joins = char & inPlain;
      hash = mix(hash & -joins, char >>> shift);
      atoms[end + 1] = place * 2 + inWord;
      end += (goesOn ^ joins) * 2;
      atoms[end - goesOn * 2] = hash;
      place += char >= astral ? 2 : 1;
      inWord = goesOn;
      inPlain = char & goesOn;
    }
    this.#end = end;
    return true;
  }

  /** Keeps the atoms that are in the table. */
  #find(text: string): void {
    const table = this.#table;
    const atoms = this.#atoms;
    const end = this.#end;
    this.count = 0;
    for (let atom = 0; atom < end; atom += 2) {
      const hash = atoms[atom] ?? 0;
      if (table.mayHave(hash)) this.#keep(atom, hash, text);
    }
  }

  #keep(atom: number, hash: number, text: string): void {
    const start = this.#atoms[atom + 1] ?? 0;
    const id = this.#table.find(hash, text, start >> 1);
    if (id === 0) return;
    this.labels[this.count] = id * 2 + (start & 1);
    this.places[this.count++] = atom >> 1;
  }

  #makeRoom(length: number): void {
    this.#atoms = new Int32Array(length * 2);
    this.labels = new Int32Array(length);
    this.places = new Int32Array(length);
  }
}
