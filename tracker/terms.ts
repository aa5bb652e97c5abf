// Finds all terms (words and phrases) of all keywords in one walk over a text's atoms.
import type { Term } from '../sql/keyword.ts';
import { atomsOf } from '../sql/words.ts';
import { AtomReader } from './atoms.ts';

/** Terms as a tree of atoms: those that begin alike share their first nodes. A node is a number. */
interface Tree {
  readonly atoms: readonly string[];
  /**
   * By node: twice the number of the term that ends there (-1 for none), plus 1 where longer terms go on. A first
   * atom's node is its number.
   */
  readonly nodes: Int32Array;
  /** the next node by {@link edge} */
  readonly next: ReadonlyMap<number, number>;
}

const NO_TERM = -2;

/** `label` is twice an atom's number, plus 1 where it must not be separated from the one before. */
const edge = (node: number, label: number, atoms: number): number => node * (atoms * 2 + 2) + label;

export class TermFinder {
  readonly #tree: Tree;
  readonly #reader: AtomReader;
  /** the round in which a term was last found, so that nothing has to be cleared between posts */
  readonly #seen: Float64Array;
  #round = 0;
  /** numbers of the terms found since the last `begin`, each once; `count` of them */
  readonly found: Int32Array;
  count = 0;

  /** `terms` are distinct; each is known by its index. */
  constructor(terms: readonly Term[]) {
    this.#tree = treeOf(terms);
    this.#reader = new AtomReader(this.#tree.atoms);
    this.#seen = new Float64Array(terms.length);
    this.found = new Int32Array(terms.length);
  }

  begin(): void {
    this.#round++;
    this.count = 0;
  }

  /** Whether all these terms were found since the last `begin`. */
  hasAll(terms: readonly number[]): boolean {
    for (const term of terms) if (this.#seen[term] !== this.#round) return false;
    return true;
  }

  read(text: string): void {
    this.#reader.read(text);
    for (let at = 0; at < this.#reader.count; at++) this.#walk((this.#reader.labels[at] ?? 0) >> 1, at + 1);
  }

  /** A term that asks for no separation is also found where there is none: beside scripts without spaces. */
  #walk(from: number, start: number): void {
    const { nodes, next, atoms } = this.#tree;
    const { labels, places, count } = this.#reader;
    let node: number | undefined = from;
    for (let at = start; node !== undefined; at++) {
      const state = nodes[node] ?? NO_TERM;
      if (state >= 0) this.#note(state >> 1);
      if ((state & 1) === 0 || at >= count || places[at] !== (places[at - 1] ?? 0) + 1) return;
      const label: number = labels[at] ?? 0;
      const glued: number | undefined =
        (label & 1) === 1 ? next.get(edge(node, label, atoms.length)) : undefined;
      if (glued !== undefined) this.#walk(glued, at + 1);
      node = next.get(edge(node, label & ~1, atoms.length));
    }
  }

  #note(term: number): void {
    if (this.#seen[term] === this.#round) return;
    this.#seen[term] = this.#round;
    this.found[this.count++] = term;
  }
}

function treeOf(terms: readonly Term[]): Tree {
  const numbers = new Map<string, number>();
  const paths = terms.map((term) => pathOf(term, numbers));
  const size = paths.reduce((sum, path) => sum + path.length, numbers.size + 1);
  const nodes = new Int32Array(size).fill(NO_TERM);
  const next = new Map<number, number>();
  let count = numbers.size + 1;
  for (const [term, [first = 0, ...rest]] of paths.entries()) {
    let node = first >> 1;
    for (const label of rest) {
      nodes[node] = (nodes[node] ?? NO_TERM) | 1;
      const key = edge(node, label, numbers.size);
      node = next.get(key) ?? count++;
      next.set(key, node);
    }
    nodes[node] = term * 2 + ((nodes[node] ?? 0) & 1);
  }
  return { atoms: [...numbers.keys()], nodes, next };
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
