// How far a replay is, for the person who started it: one line that moves on a terminal, plain lines elsewhere.
import type { Counts } from './counters.ts';

const PLAIN_EVERY_MS = 10_000;
const TERMINAL_EVERY_MS = 200;

/** `done` and `total` in bytes of the file; `total` is undefined for stdin and packed files. */
export function progressText(counts: Counts, done: number, total: number | undefined): string {
  const share = total === undefined || total === 0 ? '' : `${Math.floor((100 * done) / total)} % · `;
  const rejected = counts.rejected === 0 ? '' : ` · ${counts.rejected} rejected`;
  return `${share}${counts.read} read · ${counts.matched} matched${rejected}`;
}

/** Writes until the returned function is called, which leaves the last state standing. */
export function showProgress(
  out: NodeJS.WriteStream,
  tracker: { readonly counts: Counts; readonly offset: number },
  total: number | undefined,
): () => void {
  const write = (): void => {
    const text = progressText(tracker.counts, tracker.offset, total);
    out.write(out.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
  };
  const timer = setInterval(write, out.isTTY ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS);
  return () => {
    clearInterval(timer);
    write();
    if (out.isTTY) out.write('\n');
  };
}
