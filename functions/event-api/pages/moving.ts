// What of a page moves: the shapes that the views make and the live stream sends.
import type { Html } from './format.ts';

/** A part of a page, by its element's id. Sent when `key`, or else its HTML, is another than last time. */
export interface Region {
  readonly id: string;
  readonly html: Html;
  readonly key?: string;
}

/** A stored post with its escaped HTML; `receivedAt` in ms since 1970. */
export interface LivePost {
  readonly id: string;
  readonly receivedAt: number;
  readonly html: string;
}

export interface Moving {
  readonly regions: readonly Region[];
  /** newest first */
  readonly posts: readonly LivePost[];
}
