// What a source may offer so that its gaps can be filled: asking for posts of the past. Knows nothing of gaps.

/** Times are ms since 1970. */
export interface SearchQuery {
  readonly query: string;
  /** those it asks for; a keyword belongs to one query */
  readonly keywords: readonly string[];
}

export interface Asked {
  readonly query: string;
  /** posts of this time and later */
  readonly from: number;
  /** posts of this time and earlier */
  readonly to: number;
  /** `next` of the page before; null for the first */
  readonly next: string | null;
  /** how many posts the page may have at most, between the search's `fewest` and `most` */
  readonly most: number;
}

export interface FoundPost {
  readonly id: string;
  readonly time: number;
  /** one message without a line break, as the stream would have sent it but for its rules */
  readonly bytes: Uint8Array;
}

export interface FoundPage {
  /** newest first; none of them was on an earlier page of the same query and time */
  readonly posts: readonly FoundPost[];
  /** what is no post that anybody can read */
  readonly unreadable: readonly Uint8Array[];
  /** where the next page begins, also days later; null behind the last one */
  readonly next: string | null;
  /** posts that this page cost */
  readonly read: number;
}

export interface Search {
  /** how many posts a day may be read, since they cost; 0: it is not to be used */
  readonly postsPerDay: number;
  readonly fewest: number;
  readonly most: number;
  /** ms after its end until a gap is searched, and between its two rounds: an index takes its time */
  readonly firstMs: number;
  readonly againMs: number;
  /** nothing older can be found, ms */
  readonly reachMs: number;
  /** what it never finds, as a sentence that goes on after "Search" */
  readonly blind: string;
  queries(keywords: readonly string[]): readonly SearchQuery[];
  /** Waits as long as the service's limits ask for. Throws {@link SearchFailed}; when `signal` aborts, anything. */
  page(asked: Asked, signal: AbortSignal): Promise<FoundPage>;
}

export class SearchFailed extends Error {
  override name = 'SearchFailed';
  /** ms to wait before the same is asked again; undefined: as the caller thinks fit; null: it will never be answered */
  readonly retryMs: number | undefined | null;

  constructor(message: string, retryMs: number | undefined | null, cause?: unknown) {
    super(message, { cause });
    this.retryMs = retryMs;
  }
}
