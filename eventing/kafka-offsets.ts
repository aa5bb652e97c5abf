// What a member of a group has taken and finished of the partitions assigned to it. No I/O.

interface Partition {
  /** taken and not finished, in the order of the offsets */
  readonly unfinished: Set<number>;
  /** below it everything is taken; undefined until the first record */
  position: number | undefined;
  committed: number | undefined;
}

export interface Finished {
  readonly partition: number;
  /** everything below it is finished */
  readonly offset: number;
}

export class Offsets {
  readonly #partitions: ReadonlyMap<number, Partition>;

  constructor(partitions: readonly number[]) {
    this.#partitions = new Map(
      partitions.map((partition) => [
        partition,
        { unfinished: new Set<number>(), position: undefined, committed: undefined },
      ]),
    );
  }

  /** The group begins here: to be committed though nothing is finished. */
  begin(partition: number, offset: number): void {
    const of = this.#partitions.get(partition);
    if (of !== undefined) of.position = offset;
  }

  take(partition: number, offset: number): void {
    const of = this.#partitions.get(partition);
    if (of === undefined) return;
    // Everything before the first record was committed when the partition was assigned.
    of.committed ??= of.position === undefined ? offset : undefined;
    of.unfinished.add(offset);
    of.position = offset + 1;
  }

  finish(partition: number, offset: number): void {
    this.#partitions.get(partition)?.unfinished.delete(offset);
  }

  /** Where a partition has something finished that is not committed. */
  toCommit(): Finished[] {
    const finished: Finished[] = [];
    for (const [partition, { unfinished, position, committed }] of this.#partitions) {
      const [lowest] = unfinished;
      const offset = lowest ?? position;
      if (offset !== undefined && offset !== committed) finished.push({ partition, offset });
    }
    return finished;
  }

  committed(finished: readonly Finished[]): void {
    for (const { partition, offset } of finished) {
      const of = this.#partitions.get(partition);
      if (of !== undefined) of.committed = offset;
    }
  }
}
