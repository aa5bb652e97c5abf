// Lines that are no messages, gathered into rare notes: at most 512 KB a note and 1,000 lines a minute, beyond that their number.
import type { Note } from '../eventing/collection.ts';

const NOTE_BYTES = 512 * 1024;
const LINES_PER_MINUTE = 1_000;
const KEPT_BYTES = 64 * 1024;
const MINUTE = 60_000;
// Each note wakes the event API: a stream that goes on having bad lines must not keep it awake.
const FIRST_WAIT_MS = MINUTE;
const LONGEST_WAIT_MS = 15 * MINUTE;

type RejectedNote = Extract<Note, { kind: 'lines.rejected' }>;
type RejectedLine = RejectedNote['lines'][number];

export interface Rejection {
  readonly reason: string;
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly sha256: string;
}

export class RejectedLines {
  #lines: RejectedLine[] = [];
  #bytes = 0;
  #more = 0;
  #minute = 0;
  #inMinute = 0;
  #notedAt: number;
  #waitMs = FIRST_WAIT_MS;

  /** `now` as everywhere in ms since 1970 */
  constructor(now: number) {
    this.#notedAt = now;
  }

  add(rejection: Rejection, now: number): void {
    const minute = Math.floor(now / MINUTE);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#inMinute = 0;
    }
    this.#inMinute += 1;
    if (this.#inMinute > LINES_PER_MINUTE) {
      this.#more += 1;
      return;
    }
    const bytes = Buffer.from(rejection.bytes.subarray(0, KEPT_BYTES)).toString('base64');
    this.#lines.push({ ...rejection, bytes, at: new Date(now).toISOString() });
    this.#bytes += bytes.length + 256;
  }

  /** What was gathered, in notes that each fit a record. */
  take(): RejectedNote[] {
    if (this.#lines.length === 0 && this.#more === 0) return [];
    const notes: RejectedNote[] = [{ kind: 'lines.rejected', lines: [], more: this.#more }];
    let size = 0;
    for (const line of this.#lines) {
      if (size > 0 && size + line.bytes.length > NOTE_BYTES) {
        notes.push({ kind: 'lines.rejected', lines: [], more: 0 });
        size = 0;
      }
      notes.at(-1)?.lines.push(line);
      size += line.bytes.length + 256;
    }
    this.#lines = [];
    this.#bytes = 0;
    this.#more = 0;
    return notes;
  }

  /** Whether it is time for a note: a minute after the first bad line at the latest, ever more rarely while more come. */
  due(now: number): boolean {
    const full = this.#bytes >= NOTE_BYTES;
    if (!full && now - this.#notedAt < this.#waitMs) return false;
    const some = this.#lines.length > 0 || this.#more > 0;
    this.#waitMs = some ? Math.min(2 * this.#waitMs, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    this.#notedAt = now;
    return some;
  }
}
