// Finds all terms (words and phrases) of all keywords in one walk over a text's atoms.
import type { Term } from '../sql/keyword.ts';
import { atomsOf } from '../sql/words.ts';
import { AtomReader } from './atoms.ts';

/** Terms as a tree of atoms: those that begin alike share their first nodes. A node is a number. */
interface Tree {
  readonly atoms: readonly string[];
  /** flags by node; a first atom's node is its number */
  readonly nodes: Uint8Array;
  /** the next node by {@link edge} */
  readonly next: ReadonlyMap<number, number>;
  /** for each term the node where it ends */
  readonly ends: readonly number[];
}

/** A term ends here. */
const ENDS = 1;
/** Longer terms go on. */
const BRANCHES = 2;
/** The term that ends here was found since the last `begin`. */
const FOUND = 4;

/** `label` is twice an atom's number, plus 1 where it must not be separated from the one before. */
const edge = (node: number, label: number, atoms: number): number => node * (atoms * 2 + 2) + label;

export class TermFinder {
  readonly #tree: Tree;
  readonly #reader: AtomReader;
  /** For each of the terms given the number by which it is known here: that of the node where it ends. */
  readonly numbers: readonly number[];
  /** one more than the highest number */
  readonly size: number;
  /** numbers of the terms found since the last `begin`, each once; `count` of them */
  readonly found: Int32Array;
  count = 0;

  /** `terms` are distinct. */
  constructor(terms: readonly Term[]) {
    this.#tree = treeOf(terms);
    this.#reader = new AtomReader(this.#tree.atoms);
    this.numbers = this.#tree.ends;
    this.size = this.#tree.nodes.length;
    this.found = new Int32Array(terms.length);
  }

  begin(): void {
    const { nodes } = this.#tree;
    for (let at = 0; at < this.count; at++) {
      const node = this.found[at] ?? 0;
      nodes[node] = (nodes[node] ?? 0) & ~FOUND;
    }
    this.count = 0;
  }

  /** Whether this term was found since the last `begin`. */
  has(term: number): boolean {
    return ((this.#tree.nodes[term] ?? 0) & FOUND) !== 0;
  }

  read(text: string): void {
    this.#reader.read(text);
    for (let at = 0; at < this.#reader.count; at++) this.#walk((this.#reader.labels[at] ?? 0) >> 1, at + 1);
  }

  /** A term that asks for no separation is also found where there is none: beside scripts without spaces. */
  #walk(from: number, start: number): void {
    const { nodes, next, atoms } = this.#tree;
    let node: number | undefined = from;
    for (let at = start; node !== undefined; at++) {
      const flags = nodes[node] ?? 0;
      if ((flags & (ENDS | FOUND)) === ENDS) {
        nodes[node] = flags | FOUND;
        this.found[this.count++] = node;
      }
      if ((flags & BRANCHES) === 0 || !this.#isNext(at)) return;
      const label: number = this.#reader.labels[at] ?? 0;
      const loose = edge(node, label & ~1, atoms.length);
      const glued = next.get(loose + 1);
      if (glued !== undefined && (label & 1) === 1) this.#walk(glued, at + 1);
      node = next.get(loose);
    }
  }

  /** Whether no atom stands between this one and the one before in the reader's row. */
  #isNext(at: number): boolean {
    const { places, count } = this.#reader;
    return at < count && places[at] === (places[at - 1] ?? 0) + 1;
  }
}

function treeOf(terms: readonly Term[]): Tree {
  const numbers = new Map<string, number>();
  const paths = terms.map((term) => pathOf(term, numbers));
  const nodes = new Uint8Array(paths.reduce((sum, path) => sum + path.length, numbers.size + 1));
  const next = new Map<number, number>();
  let count = numbers.size + 1;
  const ends = paths.map(([first = 0, ...rest]) => {
    let node = first >> 1;
    for (const label of rest) {
      nodes[node] = (nodes[node] ?? 0) | BRANCHES;
      const key = edge(node, label, numbers.size);
      node = next.get(key) ?? count++;
      next.set(key, node);
    }
    nodes[node] = (nodes[node] ?? 0) | ENDS;
    return node;
  });
  return { atoms: [...numbers.keys()], nodes, next, ends };
}

/** The labels that lead to a term; new atoms get the next number. */
function pathOf(term: Term, numbers: Map<string, number>): number[] {
  return term.flatMap((word) =>
    atomsOf(word).map((atom, index) => {
      const number = numbers.get(atom) ?? numbers.size + 1;
      numbers.set(atom, number);
      return number * 2 + (index === 0 ? 0 : 1);
    }),
  );
}
