// The Store on Cassandra. Rows are acknowledged by a quorum of the local data centre; what makes any order of writes end in the
// same row are Cassandra's own cell timestamps.
import type { Report } from '../eventing/report.ts';
import { connect, type Cql, cqlOn, makeClient } from './cassandra-client.ts';
import { deleteTweets } from './cassandra-delete.ts';
import { durability } from './cassandra-durability.ts';
import * as events from './cassandra-events.ts';
import * as ledger from './cassandra-ledger.ts';
import { messages } from './cassandra-messages.ts';
import { type Notes, notes as notesOn } from './cassandra-notes.ts';
import { counts, page, total } from './cassandra-reading.ts';
import { checkSchema } from './cassandra-schema.ts';
import { countInBackground } from './cassandra-settled.ts';
import type { CassandraSettings } from './cassandra-settings.ts';
import { saveTweets } from './cassandra-tweets.ts';
import { PART, type PartSize } from './part.ts';
import type { Store } from './store.ts';

/**
 * Connects and looks whether the tables are ours. Throws an Error that says what to do: start Cassandra, correct a variable, run
 * `npm run schema`. `report` hears of nodes that go and come back.
 */
export async function openCassandraStore(
  settings: CassandraSettings,
  report: Report,
  part: PartSize = PART,
): Promise<Store> {
  const client = makeClient(settings);
  await connect(client, settings);
  try {
    await checkSchema(client, settings.keyspace);
  } catch (error) {
    await client.shutdown();
    throw error;
  }
  client.on('hostDown', ({ address }) => report('warning', `The Cassandra node ${address} is down.`));
  client.on('hostUp', ({ address }) => report('info', `The Cassandra node ${address} is up.`));
  const cql = cqlOn(client, settings.keyspace);
  const notes = notesOn(cql);
  const stopCounting = countInBackground(cql, notes, report);
  return storeOn(cql, settings, { notes, part, stopCounting });
}

interface Parts {
  readonly notes: Notes;
  readonly part: PartSize;
  readonly stopCounting: () => Promise<void>;
}

function storeOn(
  cql: Cql,
  { keyspace, localDc }: CassandraSettings,
  { notes, part, stopCounting }: Parts,
): Store {
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  async function open<T>(work: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw new Error('The store on Cassandra is closed.');
    const result = work();
    underWay.add(result);
    try {
      return await result;
    } finally {
      underWay.delete(result);
    }
  }

  async function close(): Promise<void> {
    await Promise.allSettled([...underWay, stopCounting()]);
    await cql.client.shutdown();
  }

  return {
    events: () => open(() => events.allEvents(cql)),
    event: (code) => open(() => events.findEvent(cql, code)),
    createEvent: (event) => open(() => events.createEvent(cql, event)),
    changeEvent: (event) => open(() => events.changeEvent(cql, event)),

    saveTweets: (tweets) => open(() => saveTweets(cql, notes, tweets)),
    tweets: (code, query) => open(() => page(cql, code, query)),
    messages: (code, range) => open(() => messages(cql, code, range, part)),
    counts: (code, step, range) => open(() => counts(cql, code, step, range)),
    total: (code) => open(() => total(cql, code)),
    deleteTweets: (code) => open(() => deleteTweets(cql, notes, code)),

    saveGap: (gap) => open(() => ledger.saveGap(cql, gap)),
    gaps: (code) => open(() => ledger.gaps(cql, code)),
    saveRejected: (rejected) => open(() => ledger.saveRejected(cql, rejected)),
    rejected: (code, limit) => open(() => ledger.findRejected(cql, code, limit)),
    saveRelease: (code, version) => open(() => ledger.saveRelease(cql, code, version)),
    releases: () => open(() => ledger.releases(cql)),

    durability: () => open(() => durability(cql.client, keyspace, localDc)),
    close: () => (closing ??= close()),
  };
}
