// One item of a source at a time: judged, matched once against all events, and handed on for each event it belongs to.
import type { Envelope } from '../eventing/batch.ts';
import type { PostMessage } from '../eventing/post.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import { Counters } from './counters.ts';
import { compile, type Match, type Matcher, route } from './matcher.ts';
import type { Publisher } from './publisher.ts';
import { RejectedLines } from './rejected-lines.ts';
import { Rejection, type RejectedDocument } from './rejection.ts';
import type { Source } from './source.ts';

type MessageItem = { readonly bytes: Uint8Array };

export class Intake {
  readonly counters = new Counters();
  readonly rejected = new RejectedLines(Date.now());
  readonly #source: Source;
  readonly #publisher: Publisher;
  readonly #receivedAt: () => string;
  #matcher: Matcher = compile([]);
  #lastPostAt: string | null = null;

  constructor(source: Source, publisher: Publisher, receivedAt: () => string) {
    this.#source = source;
    this.#publisher = publisher;
    this.#receivedAt = receivedAt;
  }

  want(events: readonly CrisisEvent[]): void {
    this.#matcher = compile(events);
  }

  get lastPostAt(): string | null {
    return this.#lastPostAt;
  }

  message({ bytes }: MessageItem): void {
    const { sorted, matches } = route(this.#matcher, bytes);
    if (sorted.kind === 'post') {
      this.counters.read();
      this.#post(bytes, sorted, matches);
    } else if (sorted.kind === 'control') {
      this.counters.read();
      this.counters.control(sorted.name);
    } else {
      const reason = sorted.kind === 'page' ? 'a result page is no stream message' : sorted.reason;
      this.reject(new Rejection().add(bytes).item(reason, 0));
    }
  }

  reject(line: RejectedDocument): void {
    this.counters.read();
    this.counters.reject();
    const { reason, bytes, length, sha256 } = line;
    this.rejected.add({ reason, bytes, length, sha256 }, Date.now());
  }

  /** A post that a search found for an event: handed on if keywords of it match. Which ones; none for what is no post. */
  found(code: string, matcher: Matcher, message: Uint8Array): readonly string[] {
    const keywords = route(matcher, message).matches.flatMap((match) => match.keywords);
    if (keywords.length === 0) return keywords;
    this.#hand(code, message, { keywords, rules: [], receivedAt: this.#receivedAt(), via: 'search' });
    return keywords;
  }

  /** What came where a post should have been. */
  unreadable(bytes: Uint8Array): void {
    this.reject(new Rejection().add(bytes).item('found by search, and no post', 0));
  }

  #post(message: Uint8Array, sorted: PostMessage, matches: readonly Match[]): void {
    const receivedAt = this.#receivedAt();
    this.#lastPostAt = receivedAt;
    const rules = this.#ourRules(sorted);
    if (rules.length === 0 && matches.length === 0) return;
    const matched = new Map(matches.map(({ code, keywords }) => [code, keywords]));
    const found = rules.length === 0 ? [...matched.keys()] : this.#decided(rules, matched);
    this.counters.match(found);
    for (const code of found) {
      const keywords = [...(matched.get(code) ?? [])];
      this.#hand(code, message, { keywords, rules, receivedAt, via: this.#source.via });
    }
  }

  #hand(code: string, message: Uint8Array, said: Omit<Envelope, 'source'>): void {
    // Recorded posts were X's, too; made-up ones must not pass for them.
    const source = this.#source.name === 'simulator' ? 'simulator' : 'x';
    this.#publisher.post(code, { envelope: { ...said, source }, message });
  }

  /** Tags of our rules that X says the post matched: X is taken at its word. */
  #ourRules(sorted: PostMessage): string[] {
    if (sorted.form === 'v1' || sorted.rules.length === 0) return [];
    return sorted.rules
      .map((rule) => rule['tag'])
      .filter((tag) => typeof tag === 'string')
      .filter((tag) => this.#source.eventsOfRule(tag).length > 0);
  }

  /** X decides for the events that it collects for; for one whose rules are not in force yet, its keywords do. */
  #decided(rules: readonly string[], matched: ReadonlyMap<string, unknown>): string[] {
    const own = [...matched.keys()].filter((code) => !this.#source.collects(code));
    return [...new Set([...rules.flatMap((tag) => this.#source.eventsOfRule(tag)), ...own])];
  }
}
