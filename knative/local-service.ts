// A Knative Service in one process: wakes on a request, answers as queue-proxy would, sleeps when nobody asks.
import { setTimeout as sleep } from 'node:timers/promises';
import { followBody } from './local-body.ts';
import { Gate } from './local-gate.ts';
import { type Instance, Sleeper } from './local-instance.ts';
import type { ServiceSettings } from './service-schema.ts';

const AGAIN_FIRST_MS = 500;
const AGAIN_LONGEST_MS = 30_000;
const BODY_GRACE_MS = 1_000;

/** Why a request is not answered by the function: what its client gets instead. */
class Unanswered extends Error {
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

export class LocalService {
  readonly #settings: ServiceSettings;
  readonly #report: (problem: string) => void;
  readonly #function: Sleeper;
  readonly #gate: Gate;
  readonly #stopping = new AbortController();
  readonly #emptied = Promise.withResolvers<void>();
  /** ends a request whose answer may still be on its way */
  readonly #open = new Set<AbortController>();
  /** requests that have no answer yet */
  readonly #unanswered = new Set<Promise<Response>>();
  #idle: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;

  constructor(settings: ServiceSettings, start: () => Promise<Instance>, report: (problem: string) => void) {
    this.#settings = settings;
    this.#report = report;
    this.#function = new Sleeper(start, report);
    this.#gate = new Gate(settings.concurrency);
    if (settings.staysAwake) void this.#keepUp();
  }

  get ready(): boolean {
    return !this.#function.failed;
  }

  get awake(): number {
    return this.#function.awake ? 1 : 0;
  }

  /** Never rejects: what goes wrong on the way is a 500-class answer, which a KafkaSource tries again. */
  async request(request: Request): Promise<Response> {
    if (this.#stopping.signal.aborted) return answer(503, 'the service is stopping');
    if (this.#gate.full) return answer(503, 'pending request queue full');
    const answered = this.#answer(request);
    this.#unanswered.add(answered);
    return answered.finally(() => this.#unanswered.delete(answered));
  }

  /** Waits for the answers that are due, cuts the bodies that take longer than a second more, closes the instance. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#unanswered);
    if (this.#open.size > 0) {
      await Promise.race([this.#emptied.promise, sleep(BODY_GRACE_MS, undefined, { ref: false })]);
    }
    for (const ending of this.#open) ending.abort(new Unanswered(503, 'the service has stopped'));
    clearTimeout(this.#idle);
    await this.#function.sleep();
  }

  async #answer(request: Request): Promise<Response> {
    const ending = new AbortController();
    const end = (status: number, why: string): void => ending.abort(new Unanswered(status, why));
    const timer = setTimeout(end, this.#settings.timeoutMs, 504, 'request timeout');
    request.signal.addEventListener('abort', () => end(503, 'the client went away'), { once: true });
    clearTimeout(this.#idle);
    this.#open.add(ending);
    let inside = false;
    const done = (): void => {
      clearTimeout(timer);
      if (!this.#open.delete(ending)) return;
      if (inside) this.#gate.leave();
      if (this.#open.size === 0) this.#rest();
    };
    try {
      await this.#gate.enter(ending.signal);
      inside = true;
      ending.signal.throwIfAborted();
      const response = await orAborted(this.#ask(request), ending.signal);
      return followBody(response, ending.signal, done);
    } catch (error) {
      done();
      return this.#refusal(ending.signal.aborted ? ending.signal.reason : error);
    }
  }

  async #ask(request: Request): Promise<Response> {
    const instance = await this.#function.wake().catch((error: unknown) => {
      throw new Unanswered(503, messageOf(error), error);
    });
    return instance.fetch(request);
  }

  #refusal(error: unknown): Response {
    this.#report(messageOf(error));
    return error instanceof Unanswered
      ? answer(error.status, error.message)
      : answer(500, 'the function failed');
  }

  #rest(): void {
    if (this.#stopping.signal.aborted) this.#emptied.resolve();
    else if (!this.#settings.staysAwake) {
      this.#idle = setTimeout(() => void this.#function.sleep(), this.#settings.windowMs).unref();
    }
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#stopping;
    for (let wait = AGAIN_FIRST_MS; !signal.aborted; wait = Math.min(wait * 2, AGAIN_LONGEST_MS)) {
      try {
        await this.#function.wake();
        return;
      } catch (error) {
        this.#report(messageOf(error));
      }
      // An abort ends the wait early, and then the loop.
      await sleep(wait, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(new Error('ended', { cause: signal.reason }));
  signal.addEventListener('abort', giveUp, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', giveUp));
}

function answer(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
