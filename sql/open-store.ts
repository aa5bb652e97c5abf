// Which store: Cassandra where its contact points are set, else a file on this machine.
import type { CassandraSettings } from './cassandra-settings.ts';
import { openSqliteStore } from './sqlite.ts';
import type { Store } from './store.ts';

export interface StoreChoice {
  readonly dataDir: string;
  readonly cassandra: CassandraSettings | undefined;
}

/** `report` is told in words of what goes wrong with nobody waiting for it. */
export async function openStore(
  { dataDir, cassandra }: StoreChoice,
  report: (problem: string) => void,
): Promise<Store> {
  if (cassandra === undefined) return openSqliteStore(dataDir);
  const { openCassandraStore } = await import('./cassandra.ts');
  return openCassandraStore(cassandra, (_level, problem) => report(problem));
}

/** One store for several users in a process: opened for the first of them, closed after the last. */
export function sharedStore(open: () => Promise<Store>): () => Promise<Store> {
  let opened: Promise<Store> | undefined;
  let users = 0;
  const leave = async (store: Promise<Store>): Promise<void> => {
    users -= 1;
    if (users > 0) return;
    opened = undefined;
    await (await store).close();
  };
  return async () => {
    users += 1;
    const store = (opened ??= open());
    try {
      return { ...(await store), close: () => leave(store) };
    } catch (error) {
      users -= 1;
      if (opened === store) opened = undefined;
      throw error;
    }
  };
}
