// One connection's bytes as items: lines, the first sign of life, and what X says of the stream itself.
import { LineReader } from './line-reader.ts';
import type { RejectedDocument } from './rejection.ts';
import type { Item } from './source.ts';
import { StreamEnded } from './x-connection.ts';
import { faultOf } from './x-faults.ts';

export class XStream {
  readonly #now: () => number;
  readonly #reader = new LineReader();
  readonly #openedAt: number;
  #heardAt: number | undefined;
  #heldBackSince: number | undefined;
  #ended: StreamEnded | undefined;
  #posts = 0;

  /** `now`: X's clock, ms since 1970 */
  constructor(now: () => number) {
    this.#now = now;
    this.#openedAt = now();
  }

  /** X's own word that the stream is over; it may leave the socket open all the same. */
  get ended(): StreamEnded | undefined {
    return this.#ended;
  }

  take(chunk: Buffer, aheadMs: number): Item[] {
    const before = this.#heardAt ?? this.#openedAt;
    // Only what is heard proves that X streams to us: it accepts connections that it then leaves silent or closes.
    const first: Item[] =
      this.#heardAt === undefined ? [{ kind: 'connected', at: this.#openedAt, aheadMs }] : [];
    this.#heardAt = this.#now();
    return [...first, ...this.#items(this.#reader.push(chunk), before)];
  }

  /** What is left of a line, and that nothing is heard any more. */
  end(reason: string): Item[] {
    const rest = this.#reader.end();
    const items = rest === undefined ? [] : this.#items([rest], this.#openedAt);
    const at = this.#heardAt;
    return at === undefined ? items : [...items, { kind: 'lost', at, reason }];
  }

  /** How many posts came since the last call. */
  posts(): number {
    const posts = this.#posts;
    this.#posts = 0;
    return posts;
  }

  /** Since when X has held posts back, if it said so since the last call. */
  heldBackSince(): number | undefined {
    const since = this.#heldBackSince;
    this.#heldBackSince = undefined;
    return since;
  }

  #items(lines: readonly (Buffer | RejectedDocument)[], before: number): Item[] {
    const items: Item[] = [];
    for (const line of lines) {
      if (!Buffer.isBuffer(line)) items.push(line);
      else if (line.length > 0) {
        items.push({ kind: 'message', bytes: line, end: 0 });
        this.#judge(line, before);
      }
    }
    return items;
  }

  #judge(line: Buffer, before: number): void {
    const fault = faultOf(line);
    if (fault === undefined) this.#posts += 1;
    if (fault?.kind === 'held-back') this.#heldBackSince ??= before;
    if (fault?.kind === 'end') this.#ended ??= new StreamEnded(fault.reason, fault.failure);
  }
}
