// X's filtered stream as a source: keeps the rules as wanted and the connection open, with X's own back-off.
import type { CrisisEvent } from '../sql/crisis-event.ts';
import { delayOf, earliestConnect, failed, NO_ATTEMPTS, WINDOW_MS, type Attempts } from './back-off.ts';
import { LineReader } from './line-reader.ts';
import type { RejectedDocument } from './rejection.ts';
import type { Item, Source } from './source.ts';
import { sleep, Wakeup } from './wakeup.ts';
import { chunksOf, connect, StreamEnded } from './x-connection.ts';
import { RuleKeeper } from './x-rule-keeper.ts';
import type { XRules } from './x-api.ts';

/** As often as X's limit on connects bears for ever. */
const IDLE_MS = 20_000;

export interface XOptions {
  /** `simulator` where made-up posts are served as X serves real ones */
  readonly name: 'x' | 'simulator';
  readonly baseUrl: string;
  readonly bearerToken: string;
  readonly install: string;
  readonly rules: XRules;
}

export class XSource implements Source {
  readonly name: XOptions['name'];
  readonly via = 'stream';
  readonly live = true;
  readonly replayOf = null;
  readonly #options: XOptions;
  readonly #keeper: RuleKeeper;
  readonly #wanted = new Wakeup();
  #connects: number[] = [];
  #attempts: Attempts = NO_ATTEMPTS;
  #state = 'starting';
  /** the problem with the rules that was told */
  #told: string | null = null;

  constructor(options: XOptions) {
    this.name = options.name;
    this.#options = options;
    this.#keeper = new RuleKeeper(options.install, options.rules, () => this.#wanted.wake());
  }

  want(events: readonly CrisisEvent[]): void {
    this.#keeper.want(events);
    this.#wanted.wake();
  }

  eventsOfRule(tag: string): readonly string[] {
    return this.#keeper.eventsOf(tag);
  }

  collects(code: string): boolean {
    return this.#keeper.collects(code);
  }

  rules(): number {
    return this.#keeper.count();
  }

  async *read(signal: AbortSignal): AsyncGenerator<readonly Item[]> {
    const keeping = new AbortController();
    const kept = this.#keeper.run(AbortSignal.any([signal, keeping.signal]));
    try {
      while (!signal.aborted) yield* this.#session(signal);
    } finally {
      keeping.abort();
      await kept;
    }
  }

  async *#session(signal: AbortSignal): AsyncGenerator<readonly Item[]> {
    const news = this.#news();
    if (news.length > 0) yield news;
    if (this.#keeper.count() === 0) {
      yield [this.#moved('idle', this.#keeper.problem)];
      await this.#wanted.wait(1_000, signal);
      return;
    }
    try {
      yield* this.#listen(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StreamEnded)) throw error;
      yield* this.#rest(error, signal);
    }
  }

  async *#listen(signal: AbortSignal): AsyncGenerator<readonly Item[]> {
    yield [this.#moved('connecting', this.#keeper.problem)];
    await sleep(earliestConnect(this.#connects, Date.now()) - Date.now(), signal);
    if (signal.aborted) return;
    this.#connects = [...this.#connects.filter((at) => at > Date.now() - WINDOW_MS), Date.now()];
    const response = await connect(this.#options.baseUrl, this.#options.bearerToken, signal);
    let heard = Date.now();
    this.#moved('connected', undefined);
    yield [{ kind: 'connected', at: heard }, ...this.#news()];
    const reader = new LineReader();
    let ended: unknown;
    try {
      for await (const chunk of chunksOf(response, signal)) {
        heard = Date.now();
        this.#attempts = NO_ATTEMPTS;
        yield [...itemsOf(reader.push(chunk)), ...this.#news()];
      }
    } catch (error) {
      ended = error;
    }
    const rest = reader.end();
    const reason = ended instanceof Error ? ended.message : 'the tracker was stopped';
    yield [...itemsOf(rest === undefined ? [] : [rest]), { kind: 'lost', at: heard, reason }];
    if (ended !== undefined) throw ended;
  }

  async *#rest(ended: StreamEnded, signal: AbortSignal): AsyncGenerator<readonly Item[]> {
    if (ended.failure === 'idle') {
      this.#keeper.compare();
      yield [this.#moved('idle', ended.message)];
      await this.#wanted.wait(IDLE_MS, signal);
      return;
    }
    this.#attempts = failed(this.#attempts, ended.failure);
    const delay = delayOf(this.#attempts, ended.failure, Date.now());
    yield [this.#moved('waiting', ended.message)];
    await sleep(delay, signal);
  }

  #moved(state: string, problem: string | undefined): Item {
    this.#state = state;
    this.#told = this.#keeper.problem === problem ? (problem ?? null) : null;
    return { kind: 'state', state, problem: problem ?? null };
  }

  /** What the keeper has to tell, and whether its rules are in order, as soon as that changes. */
  #news(): Item[] {
    const problem = this.#keeper.problem ?? null;
    const news = this.#keeper.news();
    if (problem === this.#told) return news;
    return [...news, this.#moved(this.#state, problem ?? undefined)];
  }
}

function itemsOf(lines: readonly (Buffer | RejectedDocument)[]): Item[] {
  const items: Item[] = [];
  for (const line of lines) {
    if (!Buffer.isBuffer(line)) items.push(line);
    else if (line.length > 0) items.push({ kind: 'message', bytes: line, end: 0 });
  }
  return items;
}
