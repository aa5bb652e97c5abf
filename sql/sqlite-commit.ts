// Group commit: what callers save in one tick of the event loop shares a transaction, and so one sync of the disk.
import type { DatabaseSync } from 'node:sqlite';
import { blamesRow, transact } from './sqlite-transaction.ts';
import { type TweetWriter, tweetWriter } from './sqlite-tweets.ts';
import type { Refusal } from './store.ts';
import type { Tweet } from './tweet.ts';

export interface Committer {
  save(tweets: readonly Tweet[]): Promise<Refusal[]>;
  /** Commits what waits. */
  flush(): void;
}

interface Waiting {
  readonly tweets: readonly Tweet[];
  readonly resolve: (refusals: Refusal[]) => void;
  readonly reject: (error: unknown) => void;
}

// One transaction's rows, so that the process is never held up for long.
const ROWS = 1_000;

export function committer(db: DatabaseSync): Committer {
  const writer = tweetWriter(db);
  let queue: Waiting[] = [];
  let scheduled: NodeJS.Immediate | undefined;

  function commitNext(): void {
    scheduled = undefined;
    const group = firstGroup(queue);
    queue = queue.slice(group.length);
    settle(group, () => commit(db, writer, group));
    if (queue.length > 0) scheduled = setImmediate(commitNext);
  }

  return {
    save: (tweets) =>
      new Promise((resolve, reject) => {
        queue.push({ tweets, resolve, reject });
        scheduled ??= setImmediate(commitNext);
      }),
    flush() {
      while (queue.length > 0) {
        clearImmediate(scheduled);
        commitNext();
      }
    },
  };
}

function firstGroup(queue: readonly Waiting[]): readonly Waiting[] {
  let rows = 0;
  const end = queue.findIndex(({ tweets }) => (rows += tweets.length) > ROWS);
  return queue.slice(0, end === -1 ? queue.length : Math.max(end, 1));
}

function settle(group: readonly Waiting[], work: () => Refusal[][]): void {
  try {
    const refused = work();
    for (const [i, waiting] of group.entries()) waiting.resolve(refused[i] ?? []);
  } catch (error) {
    const reason = new Error(`SQLite did not store the tweets: ${String(error)}`, { cause: error });
    for (const waiting of group) waiting.reject(reason);
  }
}

/** The refusals of each caller. Throws the engine's failures; nothing of the group is stored then. */
function commit(db: DatabaseSync, writer: TweetWriter, group: readonly Waiting[]): Refusal[][] {
  try {
    return commitWith(db, writer, group, (tweet) => writer.write(tweet));
  } catch (error) {
    if (!blamesRow(error)) throw error;
    return commitWith(db, writer, group, (tweet) => writeOrRefuse(db, writer, tweet));
  }
}

type Write = (tweet: Tweet) => Refusal | undefined;

function commitWith(
  db: DatabaseSync,
  writer: TweetWriter,
  group: readonly Waiting[],
  write: Write,
): Refusal[][] {
  try {
    return transact(db, () => {
      const refused = group.map(({ tweets }) => tweets.map(write).filter((refusal) => refusal !== undefined));
      writer.settle();
      return refused;
    });
  } finally {
    writer.forget();
  }
}

function writeOrRefuse(db: DatabaseSync, writer: TweetWriter, tweet: Tweet): Refusal | undefined {
  db.exec('SAVEPOINT tweet');
  try {
    writer.write(tweet);
  } catch (error) {
    if (!blamesRow(error)) throw error;
    db.exec('ROLLBACK TO tweet');
    return { tweet, reason: error.message };
  }
  db.exec('RELEASE tweet');
  return undefined;
}
