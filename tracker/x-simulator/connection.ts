// One open stream: lines out, CRLF behind each, a CRLF alone in silence; a reader that is too slow is let go.
import type { ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
import type { Writer } from './writer.ts';

/** `clean` ends the reply as HTTP has it; `destroy` closes the socket in the middle of it; `reset` tears it (TCP RST). */
export type Cut = 'clean' | 'destroy' | 'reset';

const MOST_WAITING_BYTES = 16 * 1024 * 1024;

interface ConnectionOptions {
  readonly clock: Clock;
  readonly keepAliveMs: number;
  readonly writer: Writer;
  /** called when the reader is away, whoever went first */
  readonly gone: () => void;
}

export class Connection {
  readonly #response: ServerResponse;
  readonly #options: ConnectionOptions;
  #state: 'open' | 'frozen' | 'breaking' | 'mute' = 'open';
  #frozen: Buffer[] = [];
  #frozenBytes = 0;
  /** nothing may follow what waits until it thaws */
  #muteAfterwards = false;
  #heard: number;
  #stopBeat: () => void;

  /** `response` has its headers on their way. */
  constructor(response: ServerResponse, options: ConnectionOptions) {
    this.#response = response;
    this.#options = options;
    this.#heard = options.clock.now();
    this.#stopBeat = options.clock.after(options.keepAliveMs, () => this.#beat());
    response.once('close', () => {
      this.#stop();
      options.gone();
    });
  }

  /** Whether the line was written, now or, while frozen, when it thaws. */
  send(line: string): boolean {
    if (this.#isOver() || this.#isMute()) return false;
    const bytes = Buffer.from(`${line}\r\n`);
    if (this.#state !== 'breaking') {
      this.#write(bytes);
      return true;
    }
    const { writer } = this.#options;
    writer.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
    this.#state = 'mute';
    writer.flush(() => this.#response.socket?.destroySoon());
    return false;
  }

  /** Bytes as they are; resolves when there is room for more, or nobody left. */
  async raw(bytes: Buffer): Promise<void> {
    if (this.#isOver()) return;
    this.#options.writer.write(bytes);
    await roomIn(this.#response);
  }

  /** No byte leaves until it thaws; what is due meanwhile waits, as in a network that stands still. */
  freeze(): void {
    if (this.#state === 'open') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = this.#muteAfterwards ? 'mute' : 'open';
    const held = this.#frozen;
    this.#frozen = [];
    this.#frozenBytes = 0;
    if (!this.#isOver()) for (const bytes of held) this.#write(bytes);
  }

  /** The next line is written half, then the socket closes. */
  breakNextLine(): void {
    if (this.#state === 'open') this.#state = 'breaking';
  }

  /** The last line of this stream; the socket stays open, and nothing follows. */
  lastWords(line: string): void {
    if (this.#isOver() || this.#isMute()) return;
    this.#write(Buffer.from(`${line}\r\n`));
    if (this.#state === 'frozen') this.#muteAfterwards = true;
    else this.#state = 'mute';
  }

  cut(how: Cut): void {
    this.#stop();
    const { socket } = this.#response;
    if (how === 'reset') socket?.resetAndDestroy();
    else if (how === 'destroy') socket?.destroy();
    else this.#options.writer.end(() => socket?.end());
  }

  #write(bytes: Buffer): void {
    const { writer, clock } = this.#options;
    if (this.#state === 'frozen') {
      this.#frozen.push(bytes);
      this.#frozenBytes += bytes.length;
    } else {
      writer.write(bytes);
      this.#heard = clock.now();
    }
    if (this.#frozenBytes + writer.waiting() > MOST_WAITING_BYTES) this.#response.destroy();
  }

  #beat(): void {
    const { clock, keepAliveMs } = this.#options;
    const isSilent = clock.now() - this.#heard >= keepAliveMs;
    if (isSilent && this.#state !== 'frozen' && this.#state !== 'mute') this.#write(Buffer.from('\r\n'));
    const left = this.#heard + keepAliveMs - clock.now();
    this.#stopBeat = clock.after(left > 0 ? left : keepAliveMs, () => this.#beat());
  }

  #isMute(): boolean {
    return this.#state === 'mute' || this.#muteAfterwards;
  }

  #isOver(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  #stop(): void {
    this.#stopBeat();
    this.#options.writer.stop();
  }
}

/** Resolves when the socket takes more, or is closed. */
async function roomIn(response: ServerResponse): Promise<void> {
  // Even a reader that keeps up must be let to read.
  await new Promise((resolve) => setImmediate(resolve));
  if (!response.writableNeedDrain || response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}
