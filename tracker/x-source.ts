// X's filtered stream as a source: keeps the rules as wanted and the connection open, with X's own back-off.
import type { CrisisEvent } from '../sql/crisis-event.ts';
import type { Budget } from './budget.ts';
import { connectedAt, delayOf, earliestConnect, failed, NO_ATTEMPTS, type Attempts } from './back-off.ts';
import { STOPPED, type Item, type Rules, type Source } from './source.ts';
import { sleep, Wakeup } from './wakeup.ts';
import { aheadOf, chunksOf, connect, StreamEnded } from './x-connection.ts';
import { XStream } from './x-stream.ts';
import { RuleKeeper } from './x-rule-keeper.ts';
import type { XRules } from './x-api.ts';

/** As often as X's limit on connects bears for ever. */
const IDLE_MS = 20_000;
const HELD_BACK_MS = 60_000;
/** What X needs to notice that a connection was closed for us. */
const FREED_MS = 5_000;
const FREE_EVERY_MS = 15 * 60_000;

export interface XOptions {
  /** `simulator` where made-up posts are served as X serves real ones */
  readonly name: 'x' | 'simulator';
  readonly baseUrl: string;
  readonly bearerToken: string;
  readonly install: string;
  readonly rules: XRules;
  readonly budget: Budget;
  readonly search: Source['search'];
}

export class XSource implements Source {
  readonly name: XOptions['name'];
  readonly via = 'stream';
  readonly live = true;
  readonly replayOf = null;
  readonly search: Source['search'];
  readonly #options: XOptions;
  readonly #keeper: RuleKeeper;
  readonly #wanted = new Wakeup();
  readonly #now = (): number => Date.now() + this.#aheadMs;
  #aheadMs = 0;
  /** when X last said that it held posts back */
  #heldBackAt: number | undefined;
  #freedAt = -FREE_EVERY_MS;
  #connects: number[] = [];
  #attempts: Attempts = NO_ATTEMPTS;
  #state = 'starting';
  /** the problem with the rules that was told */
  #told: string | null = null;

  constructor(options: XOptions) {
    ({ name: this.name, search: this.search } = options);
    this.#options = options;
    this.#keeper = new RuleKeeper(options.install, options.rules, {
      settled: () => this.#wanted.wake(),
      now: this.#now,
    });
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

  rules(): Rules {
    return this.#keeper.standing;
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
    const usedUp = this.#usedUp();
    if (usedUp !== undefined) throw usedUp;
    yield [this.#moved('connecting', this.#keeper.problem)];
    await sleep(earliestConnect(this.#connects, Date.now()) - Date.now(), signal);
    if (signal.aborted) return;
    this.#connects = connectedAt(this.#connects, Date.now());
    const response = await connect(this.#options.baseUrl, this.#options.bearerToken, signal);
    this.#aheadMs = aheadOf(response, Date.now());
    const stream = new XStream(this.#now);
    const ended = yield* this.#hear(stream, chunksOf(response, signal));
    yield stream.end(ended?.message ?? STOPPED);
    if (ended !== undefined) throw ended;
  }

  /** Why the stream ended, if it was not told to. */
  async *#hear(
    stream: XStream,
    chunks: AsyncIterable<Buffer>,
  ): AsyncGenerator<readonly Item[], StreamEnded | undefined> {
    try {
      for await (const chunk of chunks) {
        this.#attempts = NO_ATTEMPTS;
        const items = stream.take(chunk, this.#aheadMs);
        if (items[0]?.kind === 'connected') this.#moved('connected', undefined);
        this.#options.budget.spend(stream.posts());
        yield [...items, ...this.#heldBack(stream), ...this.#news()];
        const ended = stream.ended ?? this.#usedUp();
        if (ended !== undefined) return ended;
      }
      return undefined;
    } catch (error) {
      if (error instanceof StreamEnded) return error;
      throw error;
    }
  }

  #usedUp(): StreamEnded | undefined {
    const { waitMs, spent } = this.#options.budget;
    if (waitMs === 0) return undefined;
    const message = `The day's ${spent.perDay} posts (X_POSTS_PER_DAY) are used up; it goes on at 00:00 UTC.`;
    return new StreamEnded(message, { kind: 'used-up', waitMs });
  }

  /** While X holds posts back nobody's are complete; a minute after it last said so they are again. */
  #heldBack(stream: XStream): Item[] {
    const now = this.#now();
    const since = stream.heldBackSince();
    if (since !== undefined) {
      const first = this.#heldBackAt === undefined;
      this.#heldBackAt = now;
      const reason = 'X held back posts: there were more than it delivers.';
      return first ? [{ kind: 'uncollected', at: since, events: this.#keeper.collecting, reason }] : [];
    }
    if (this.#heldBackAt === undefined || now - this.#heldBackAt < HELD_BACK_MS) return [];
    this.#heldBackAt = undefined;
    return [{ kind: 'collecting', at: now, events: this.#keeper.collecting }];
  }

  async *#rest(ended: StreamEnded, signal: AbortSignal): AsyncGenerator<readonly Item[]> {
    if (ended.failure === 'idle') {
      this.#keeper.compare();
      yield [this.#moved('idle', ended.message)];
      await this.#wanted.wait(IDLE_MS, signal);
      return;
    }
    this.#attempts = failed(this.#attempts, ended.failure);
    yield [this.#moved('waiting', ended.message)];
    const freed = ended.failure.kind === 'too-many-connections' && (await this.#freeConnection());
    await sleep(freed ? FREED_MS : delayOf(this.#attempts, ended.failure, Date.now()), signal);
  }

  /** The connection that X still counts is most likely that of a tracker that died; asked for once in a while only, for it may be alive. */
  async #freeConnection(): Promise<boolean> {
    const now = Date.now();
    if (now - this.#freedAt < FREE_EVERY_MS) return false;
    this.#freedAt = now;
    return this.#options.rules.closeStreams().then(
      () => true,
      () => false,
    );
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
