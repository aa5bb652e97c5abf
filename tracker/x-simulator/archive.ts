// The posts that search can find: the newest ones, up to a number, oldest first.

export interface Archived {
  readonly id: bigint;
  /** when it was posted, ms since 1970 */
  readonly at: number;
  /** the whole message as JSON, without `matching_rules` */
  readonly json: Buffer;
  readonly isRetweet: boolean;
  /** the UTC day on which it was paid for last */
  paidOn: string;
}

export interface Archive {
  add(post: Archived): void;
  /** newest first */
  newest(): Iterable<Archived>;
}

/** Posts longer than this on average are fewer, so that memory stays bounded. */
const AVERAGE_BYTES = 16 * 1024;

/** Posts with rising ids are cheap; one that comes late is sorted in when somebody looks. */
export function openArchive(most: number): Archive {
  let posts: Archived[] = [];
  let bytes = 0;
  let isSorted = true;
  /** Many at once: moving the whole list for each would cost. */
  const forget = (): void => {
    let first = Math.max(0, posts.length - most);
    for (const post of posts.slice(0, first)) bytes -= post.json.length;
    for (; bytes > most * AVERAGE_BYTES && first < posts.length; first += 1)
      bytes -= posts[first]?.json.length ?? 0;
    posts = posts.slice(first);
  };
  return {
    add(post) {
      const last = posts.at(-1);
      if (last !== undefined && last.id > post.id) isSorted = false;
      posts.push(post);
      bytes += post.json.length;
      if (posts.length > most * 1.2 + 16 || bytes > most * AVERAGE_BYTES * 1.2) forget();
    },
    *newest() {
      if (!isSorted) posts.sort((a, b) => (a.id < b.id ? -1 : 1));
      isSorted = true;
      const seen = posts;
      for (let index = seen.length - 1; index >= Math.max(0, seen.length - most); index -= 1) {
        const post = seen[index];
        if (post !== undefined) yield post;
      }
    },
  };
}
