// The one open stream: lines out, CRLF behind each, a CRLF alone in silence; a reader that is too slow is let go.
import type { ServerResponse } from 'node:http';

export interface Connection {
  send(line: string): void;
  /** Ends the reply as HTTP has it, or tears the socket. */
  cut(how: 'clean' | 'reset'): void;
}

const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/** Sends status and headers at once; `gone` is called when the reader is away, whoever went first. */
export function openConnection(response: ServerResponse, keepAliveMs: number, gone: () => void): Connection {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.flushHeaders();
  const silence = setInterval(() => response.write('\r\n'), keepAliveMs);
  response.once('close', () => {
    clearInterval(silence);
    gone();
  });
  return {
    send(line) {
      if (response.destroyed || response.writableEnded) return;
      response.write(`${line}\r\n`);
      silence.refresh();
      if (response.writableLength > MOST_WAITING_BYTES) response.destroy();
    },
    cut(how) {
      clearInterval(silence);
      if (how === 'reset') response.socket?.resetAndDestroy();
      else response.end(() => response.socket?.end());
    },
  };
}
