// The Cassandra store on a real Cassandra: the contract, and what only a server can show.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { openCassandraStore } from '../../sql/cassandra.ts';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { storeContract } from '../contracts/store.ts';
import { describeWithEngines } from '../engines/addresses.ts';
import { dropKeyspace, settingsFor } from './cassandra-fixture.ts';

describeWithEngines('Cassandra', (engines) => {
  const keyspace = `store_${randomUUID().slice(0, 8)}`;
  const settings = () => settingsFor(engines, keyspace);
  beforeAll(() => applySchema(settings()));
  afterAll(() => dropKeyspace(settings()));
  storeContract('openCassandraStore', (part) => openCassandraStore(settings(), () => undefined, part));
});
