// Recorded posts as a source: as fast as they can be stored, or at a given rate; goes on where an interrupted reading stopped.
import { createHash } from 'node:crypto';
import type { Progress } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import { readDocuments } from './replay/documents.ts';
import type { ReplayInput } from './replay/open.ts';
import type { Item, Source } from './source.ts';
import { sleep } from './wakeup.ts';

const GATHERED_BYTES = 2 * 1024 * 1024;
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
    replayOf,
    want: () => undefined,
    eventsOfRule: () => [],
    rules: () => 0,
    async *read(signal) {
      yield [{ kind: 'state', state: 'reading', problem: null }];
      const items = readDocuments(input.chunks(), from);
      yield* rate === undefined ? gathered(items, signal) : paced(items, rate, signal);
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

/** Groups large enough that writing them is worth a sync of the disk. */
async function* gathered(
  groups: AsyncIterable<readonly Item[]>,
  signal: AbortSignal,
): AsyncGenerator<readonly Item[]> {
  let held: Item[] = [];
  let bytes = 0;
  for await (const items of groups) {
    if (signal.aborted) return;
    for (const item of items) bytes += 'bytes' in item ? item.bytes.length : 0;
    held = held.length === 0 ? [...items] : [...held, ...items];
    if (bytes < GATHERED_BYTES) continue;
    yield held;
    held = [];
    bytes = 0;
  }
  yield held;
}

async function* paced(
  groups: AsyncIterable<readonly Item[]>,
  rate: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Item[]> {
  const start = performance.now();
  let sent = 0;
  for await (const items of groups) {
    for (let done = 0; done < items.length && !signal.aborted;) {
      const due = Math.floor(((performance.now() - start) / 1_000) * rate) + 1 - sent;
      const now = items.slice(done, done + Math.max(due, 0));
      if (now.length > 0) yield now;
      done += now.length;
      sent += now.length;
      if (done < items.length) await sleep(Math.max(TICK_MS, 1_000 / rate), signal);
    }
    if (signal.aborted) return;
  }
}
