// What was generated, whether or not anybody was connected: one JSON line each, on disk before it is sent.
import { closeSync, openSync, writeSync } from 'node:fs';

export interface Recorded {
  /** when it was due, ISO 8601 */
  readonly at: string;
  /** tags of the rules in force that match */
  readonly matching: readonly string[];
  /** as it was sent, or would have been, without its line end */
  readonly line: string;
  readonly malformed?: true;
  readonly control?: true;
}

export interface Recording {
  write(recorded: Recorded): void;
  close(): void;
}

/** Appends to `file`; plain writes, so that another process reads all that is there. */
export function openRecording(file: string): Recording {
  const descriptor = openSync(file, 'a');
  return {
    write: (recorded) => void writeSync(descriptor, `${JSON.stringify(recorded)}\n`),
    close: () => closeSync(descriptor),
  };
}
