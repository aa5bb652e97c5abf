// What an installation has kept, read from its files after its process is gone, or from any store.
import type { Gap } from '../../sql/ledger.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import type { Store } from '../../sql/store.ts';
import type { TweetRow } from '../../sql/tweet.ts';

export interface Kept {
  readonly rows: readonly TweetRow[];
  readonly gaps: readonly Gap[];
  readonly messages: readonly string[];
}

export async function keptOf(dir: string, code: string): Promise<Kept> {
  const store = await openSqliteStore(dir);
  try {
    return await keptIn(store, code);
  } finally {
    await store.close();
  }
}

export async function keptIn(store: Store, code: string): Promise<Kept> {
  const rows: TweetRow[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await store.tweets(code, { limit: 1_000, cursor });
    rows.push(...page.tweets);
    if (page.next === null) break;
    cursor = page.next;
  }
  const messages: string[] = [];
  for (let since: number | undefined; ;) {
    const { chunks, rest } = await store.messages(code, { since });
    for await (const chunk of chunks)
      messages.push(...chunk.map((message) => Buffer.from(message).toString()));
    if (rest === undefined) break;
    since = rest;
  }
  return { rows, messages, gaps: await store.gaps(code) };
}

/** By id, without what depends on when and how a post came. */
export function comparable(rows: readonly TweetRow[]): Map<string, Record<string, unknown>> {
  return new Map(rows.map(({ received_at: _received, via: _via, ...row }) => [row.t_id, row]));
}
