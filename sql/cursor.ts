// Where a page of tweets ended, as a text that is opaque to callers. The key, not a number of rows: pages stay where they are under writes.
import { z } from 'zod';
import { BadCursor } from './store.ts';

export interface Position {
  readonly bucket: number;
  readonly id: string;
}

const shape = z.tuple([z.int(), z.string()]);
const LONGEST = 1_000;

export function encodeCursor({ bucket, id }: Position): string {
  return Buffer.from(JSON.stringify([bucket, id])).toString('base64url');
}

/** Throws {@link BadCursor} for anything that {@link encodeCursor} did not make. */
export function decodeCursor(cursor: string): Position {
  const parsed = shape.safeParse(cursor.length > LONGEST ? undefined : parse(cursor));
  const position = parsed.success ? { bucket: parsed.data[0], id: parsed.data[1] } : undefined;
  if (position === undefined || encodeCursor(position) !== cursor) {
    throw new BadCursor('The cursor is none that an earlier page gave as "next".');
  }
  return position;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
