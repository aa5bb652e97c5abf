// Recorded posts as a source: as fast as they can be stored, or at a given rate; goes on where an interrupted reading stopped.
import { createHash } from 'node:crypto';
import type { Progress } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import { readDocuments } from './replay/documents.ts';
import { UnreadableInput, type ReplayInput } from './replay/open.ts';
import { NO_RULES, type Item, type Source } from './source.ts';
import { sleep } from './wakeup.ts';

const GATHERED_BYTES = 1.5 * 1024 * 1024;
/** Posts of a tick are written together: one at a time, most of their cost would be waking up and syncing the disk. */
const TICK_MS = 250;

export interface ReplayOptions {
  readonly input: ReplayInput;
  /** posts per second; undefined: no limit */
  readonly rate: number | undefined;
  readonly previous: Progress | undefined;
  readonly active: readonly CrisisEvent[];
}

export function replaySource({ input, rate, previous, active }: ReplayOptions): Source {
  const replayOf = { file: input.identity, wanted: wantedOf(active) };
  const from = offsetOf(previous, replayOf);
  return {
    name: 'replay',
    via: 'replay',
    live: false,
    replayOf,
    want: () => undefined,
    eventsOfRule: () => [],
    collects: () => false,
    rules: () => NO_RULES,
    search: null,
    async *read(signal) {
      yield [{ kind: 'state', state: 'reading', problem: null }];
      const damage: string[] = [];
      const groups = arriving(readDocuments(upToDamage(input, damage), from), signal);
      yield* rate === undefined ? gathered(groups) : paced(groups, rate, signal);
      for (const problem of damage) yield [{ kind: 'state', state: 'finished', problem }];
    },
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : 1);

/** What a file is read for: with other events or keywords, it has to be read again. */
export function wantedOf(active: readonly CrisisEvent[]): string {
  const wanted = active.map(({ code, keywords }) => JSON.stringify([code, keywords])).toSorted(compare);
  return createHash('sha256').update(wanted.join('\n')).digest('hex');
}

/** Where an interrupted reading of the same file for the same events stopped; else the beginning. */
export function offsetOf(previous: Progress | undefined, now: { file: string; wanted: string }): number {
  const last = previous?.replay;
  if (!last || last.done || now.file === '') return 0;
  return last.file === now.file && last.wanted === now.wanted ? last.offset : 0;
}

/** What can be read of the input; where it is damaged or cut off it ends, and `damage` says how. */
async function* upToDamage(input: ReplayInput, damage: string[]): AsyncGenerator<Uint8Array> {
  try {
    yield* input.chunks();
  } catch (error) {
    if (!(error instanceof UnreadableInput)) throw error;
    damage.push(error.message);
  }
}

/** Until `signal` aborts, also while nothing comes: a pipe may be silent for hours. Undefined whenever it is for a while. */
async function* arriving<T>(
  groups: AsyncIterable<readonly T[]>,
  signal: AbortSignal,
): AsyncGenerator<readonly T[] | undefined> {
  const iterator = groups[Symbol.asyncIterator]();
  let next = iterator.next();
  while (!signal.aborted) {
    const arrived = new AbortController();
    const silence = sleep(TICK_MS, AbortSignal.any([signal, arrived.signal]));
    const group = await Promise.race([next, silence]);
    arrived.abort();
    if (group?.done) return;
    yield group?.value;
    if (group !== undefined) next = iterator.next();
  }
}

/** Groups large enough that writing them is worth a sync of the disk, or as large as they are when nothing more comes. */
async function* gathered(
  groups: AsyncIterable<readonly Item[] | undefined>,
): AsyncGenerator<readonly Item[]> {
  let held: Item[] = [];
  let bytes = 0;
  for await (const items of groups) {
    for (const item of items ?? []) bytes += 'bytes' in item ? item.bytes.length : 0;
    held = [...held, ...(items ?? [])];
    if (bytes < GATHERED_BYTES && items !== undefined) continue;
    yield held;
    held = [];
    bytes = 0;
  }
  yield held;
}

async function* paced(
  groups: AsyncIterable<readonly Item[] | undefined>,
  rate: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Item[]> {
  const start = performance.now();
  let sent = 0;
  for await (const items of groups) {
    if (items === undefined) continue;
    for (let done = 0; done < items.length && !signal.aborted;) {
      const due = Math.floor(((performance.now() - start) / 1_000) * rate) + 1 - sent;
      const now = items.slice(done, done + Math.max(due, 0));
      if (now.length > 0) yield now;
      done += now.length;
      sent += now.length;
      if (done < items.length) await sleep(Math.max(TICK_MS, 1_000 / rate), signal);
    }
  }
}
