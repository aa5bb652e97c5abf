// Many requests under way at once, but never more than are wanted.

/**
 * What `work` gives for each item, in the items' order. It begins with one at a time and doubles up to `most`, so that whoever
 * needs only the first few causes little more; leaving the loop begins no more. Throws the first failure in that order.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  most: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  let width = 1;
  try {
    for await (const item of items) {
      const result = work(item);
      // It is awaited in its turn; until then its failure is nobody's surprise.
      result.catch(() => undefined);
      running.push(result);
      if (running.length < width) continue;
      yield await shift(running);
      width = Math.min(most, width * 2);
    }
    while (running.length > 0) yield await shift(running);
  } finally {
    await Promise.allSettled(running);
  }
}

function shift<R>(running: Promise<R>[]): Promise<R> {
  const first = running.shift();
  if (first === undefined) throw new Error('Nothing is under way.');
  return first;
}

/** Runs `work` on all items, `most` at a time. After a failure it begins no more, and throws it when all under way have ended. */
export async function forEach<T>(
  items: Iterable<T>,
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  async function run(): Promise<void> {
    for (let next = left.next(); next.done !== true && failure === undefined; next = left.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  }
  await Promise.all(Array.from({ length: most }, run));
  if (failure !== undefined) throw failure.error;
}
