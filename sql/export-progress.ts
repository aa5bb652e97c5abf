// How far an export is, for the person who started it: one line that moves on a terminal, plain lines elsewhere.

const PLAIN_EVERY_MS = 10_000;
const TERMINAL_EVERY_MS = 200;

export interface Shown {
  readonly progress: (tweets: number) => void;
  /** Leaves the last state standing; may be called again. */
  end(): void;
}

export function showProgress(out: NodeJS.WriteStream): Shown {
  const every = out.isTTY ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS;
  let written = performance.now();
  let line = '';
  let standing = '';
  let ended = false;
  const write = (): void => {
    out.write(out.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
    standing = line;
    written = performance.now();
  };
  return {
    progress(tweets) {
      line = `${tweets} tweets read`;
      if (performance.now() - written >= every) write();
    },
    end() {
      if (ended) return;
      ended = true;
      // Where nothing was worth showing, the command's own last line says it all.
      if (standing === '') return;
      if (line !== standing) write();
      if (out.isTTY) out.write('\n');
    },
  };
}
