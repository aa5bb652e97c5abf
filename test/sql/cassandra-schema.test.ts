// What schema.cql says, how a keyspace is compared with it, and what is read from a cluster's set-up.
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { problemsOf, replicasIn } from '../../sql/cassandra-durability.ts';
import {
  createKeyspace,
  lackingIn,
  schemaProblem,
  statementsOf,
  tablesOf,
} from '../../sql/cassandra-schema.ts';
import { columns } from '../../sql/tweet.ts';

describe('schema.cql', async () => {
  const statements = statementsOf(await readFile(new URL('../../sql/schema.cql', import.meta.url), 'utf8'));
  const tables = tablesOf(statements);

  test('has in tweet the columns of tweet.ts, in their order', () => {
    const types = Object.entries(columns).map(([name, type]) => [
      name,
      type === 'list' ? 'frozen<list<text>>' : type,
    ]);
    expect([...tables.get('tweet')!]).toEqual(types);
    expect(statements[0]).toContain('PRIMARY KEY ((event_name, bucket), t_id)');
  });

  test('schemaProblem finds nothing in its own tables', () => {
    expect(tables.size).toBe(9);
    expect(statements).toHaveLength(9);
    expect(schemaProblem('k', tables, tables)).toBeUndefined();
  });

  test('schemaProblem names the table of 2017, a missing table and a changed column', () => {
    const old = new Map([['tweet', new Map([['id', 'uuid'], ['t_id', 'text']])]]); // prettier-ignore
    expect(schemaProblem('k', old, tables)).toMatch(/2017.*CASSANDRA_KEYSPACE/);
    const fewer = new Map([...tables].filter(([name]) => name !== 'gap'));
    expect(schemaProblem('k', fewer, tables)).toMatch(/no table "gap".*npm run schema/);
    const other = new Map(tables).set('release', new Map([['event_name', 'text'], ['version', 'text']])); // prettier-ignore
    expect(schemaProblem('k', other, tables)).toContain('"version" of table "release"');
  });

  test('lackingIn names a column that came later, for which schemaProblem asks for `npm run schema`', () => {
    expect(lackingIn(tables, tables)).toEqual([]);
    expect(lackingIn(new Map(), tables)).toEqual([]);
    const without = [...tables.get('event')!].filter(([column]) => column !== 'collect_since');
    const before = new Map(tables).set('event', new Map(without));
    expect(lackingIn(before, tables)).toEqual([
      { table: 'event', column: 'collect_since', type: 'timestamp' },
    ]);
    expect(schemaProblem('k', before, tables)).toMatch(/no column "collect_since".*npm run schema/);
    const foreign = new Map(tables).set('event', new Map([['code', 'text']])); // prettier-ignore
    expect(schemaProblem('k', foreign, tables)).toMatch(/this is no table of this Epicenter/);
  });

  test('createKeyspace replicates to each data centre', () => {
    expect(createKeyspace('k', { a: 3, b: 2 })).toBe(
      "CREATE KEYSPACE IF NOT EXISTS k WITH replication = {'class': 'NetworkTopologyStrategy', 'a': 3, 'b': 2}",
    );
  });
});

describe('durability', () => {
  test.each([
    [{ class: 'org.apache.cassandra.locator.SimpleStrategy', replication_factor: '1' }, 1],
    [{ class: 'org.apache.cassandra.locator.NetworkTopologyStrategy', dc1: '3', dc2: '1' }, 3],
    [{ class: 'NetworkTopologyStrategy', dc2: '3' }, 0],
    [{ class: 'NetworkTopologyStrategy', dc1: '3/1' }, 3],
    [{}, 0],
  ])('replicasIn reads %j', (replication, replicas) => {
    expect(replicasIn(replication, 'dc1')).toBe(replicas);
  });

  const node = { address: '10.0.0.1:9042', up: true, commitLog: 'periodic' };
  test.each([
    [1, node, /1 node.*periodic.*can be lost/],
    [2, { ...node, commitLog: undefined }, /cannot be read/],
    [3, { ...node, up: false }, /is down/],
    [0, { ...node, commitLog: 'batch' }, /no replicas/],
  ])('problemsOf says what %i replicas and a node %j endanger', (replicas, state, problem) => {
    expect(problemsOf(replicas, 'dc1', [state])).toEqual([expect.stringMatching(problem)]);
  });

  test('problemsOf is content with batch or group, or with three replicas', () => {
    for (const commitLog of ['batch', 'group'])
      expect(problemsOf(1, 'dc1', [{ ...node, commitLog }])).toEqual([]);
    expect(problemsOf(3, 'dc1', [node, node, node])).toEqual([]);
  });
});
