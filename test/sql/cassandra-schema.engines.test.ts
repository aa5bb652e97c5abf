// The schema on a real Cassandra: applied, applied again, and beside what is there.
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { openCassandraStore } from '../../sql/cassandra.ts';
import { applySchema } from '../../sql/cassandra-schema.ts';
import type { CassandraSettings } from '../../sql/cassandra-settings.ts';
import { makeEvent } from '../factories.ts';
import { describeWithEngines } from '../engines/addresses.ts';
import { connect, open, settingsFor } from './cassandra-fixture.ts';

const NAME = `store_${randomUUID().slice(0, 8)}`;

describeWithEngines('applySchema on a real Cassandra', (engines) => {
  const REPLICATED = `WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`;

  test('makes keyspace and tables once, and leaves a keyspace that is there as it is', async () => {
    const settings = settingsFor(engines, `${NAME}_again`);
    const client = await connect(settings);
    await client.execute(`CREATE KEYSPACE ${settings.keyspace} ${REPLICATED}`);
    await expect(openCassandraStore(settings, () => undefined)).rejects.toThrow('npm run schema');
    expect(await applySchema(settings)).toMatch(/left as it is.* Made the tables tweet, /);
    expect(await applySchema(settings)).toContain('All tables are there.');
    const { rows } = await client.execute(
      `SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = '${settings.keyspace}'`,
    );
    expect(rows[0]!['replication'].class).toContain('SimpleStrategy');
    await open(settings);
    await client.execute(`DROP KEYSPACE ${settings.keyspace}`);
  });

  test('adds to the tables of an earlier Epicenter what they lack, and keeps what they have', async () => {
    const settings = settingsFor(engines, `${NAME}_earlier`);
    await applySchema(settings);
    const client = await connect(settings);
    const before = await open(settings);
    const event = makeEvent();
    await before.createEvent(event);
    await client.execute(`ALTER TABLE ${settings.keyspace}.event DROP collect_since`);
    await expect(openCassandraStore(settings, () => undefined)).rejects.toThrow('npm run schema');
    expect(await applySchema(settings)).toContain('Added the column collect_since to event.');
    const store = await open(settings);
    expect(await store.events()).toEqual([event]);
    const later = makeEvent({ collectSince: '2026-02-27T12:00:00.000Z' });
    await store.createEvent(later);
    expect(await store.event(later.code)).toEqual(later);
    await client.execute(`DROP KEYSPACE ${settings.keyspace}`);
  });

  test('names the table of 2017 and leaves it alone', async () => {
    const settings = settingsFor(engines, `${NAME}_2017`);
    const client = await connect(settings);
    await client.execute(`CREATE KEYSPACE ${settings.keyspace} ${REPLICATED}`);
    await client.execute(`CREATE TABLE ${settings.keyspace}.tweet (
      id uuid, t_id text, event_kw text, event_name text, t_created_at timestamp, t_text text,
      hashtags list<text>, urls list<text>, PRIMARY KEY (id, t_id))`);
    await client.execute(`INSERT INTO ${settings.keyspace}.tweet (id, t_id) VALUES (uuid(), '1')`);
    await expect(applySchema(settings)).rejects.toThrow(/2017.*CASSANDRA_KEYSPACE/);
    await expect(openCassandraStore(settings, () => undefined)).rejects.toThrow(/2017.*CASSANDRA_KEYSPACE/);
    const { rows } = await client.execute(`SELECT t_id FROM ${settings.keyspace}.tweet`);
    expect(rows.map((row) => row['t_id'])).toEqual(['1']);
    await client.execute(`DROP KEYSPACE ${settings.keyspace}`);
  });

  test('openCassandraStore says what is wrong with where it should connect', async () => {
    const settings = settingsFor(engines, NAME);
    const fails = (changed: Partial<CassandraSettings>) =>
      expect(openCassandraStore({ ...settings, ...changed }, () => undefined)).rejects;
    await fails({ keyspace: 'nowhere' }).toThrow('no keyspace "nowhere"');
    await fails({ localDc: 'moon' }).toThrow(/CASSANDRA_LOCAL_DC is "moon".*datacenter1/);
    await fails({ contactPoints: ['127.0.0.1:1'] }).toThrow('CASSANDRA_CONTACT_POINTS');
    await fails({ caFile: '/dev/null/x' }).toThrow('CASSANDRA_CA_FILE');
  });
});
