// The keyspace and its tables: made where they are missing, and looked at before anything is stored.
import { readFile } from 'node:fs/promises';
import type { Client } from 'cassandra-driver';
import { connect, makeClient } from './cassandra-client.ts';
import type { CassandraSettings, Replication } from './cassandra-settings.ts';

const SCHEMA = new URL('./schema.cql', import.meta.url);
const USUAL_REPLICAS = 3;
/** By table: columns that came later. A table that lacks nothing else is ours, and gets them. */
const LATER: Readonly<Record<string, readonly string[]>> = { event: ['collect_since'] };

/** By table: the column's type by name. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The statements of a CQL text: without comments, each as it ends in a semicolon at the end of a line. Pure. */
export function statementsOf(cql: string): string[] {
  return cql
    .replaceAll(/--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** The tables that statements make. Pure; knows CREATE TABLE as schema.cql writes it, a column on a line. */
export function tablesOf(statements: readonly string[]): Tables {
  return new Map(
    statements.flatMap((statement) => {
      const name = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement)?.[1];
      const columns = Array.from(statement.matchAll(/^ {2}([a-z]\w*) (\S+),$/gm), (match) => {
        const [, column = '', type = ''] = match;
        return [column, type] as const;
      });
      return name === undefined ? [] : [[name, new Map(columns)] as const];
    }),
  );
}

/** What keeps a keyspace's tables from being ours, in words; undefined when nothing is missing. Pure. */
export function schemaProblem(keyspace: string, found: Tables, needed: Tables): string | undefined {
  const old = found.get('tweet');
  if (old !== undefined && !old.has('bucket'))
    return `Keyspace "${keyspace}" has a "tweet" table of 2017, with the key (id, t_id), which Epicenter neither reads nor changes. Set CASSANDRA_KEYSPACE to another name and run \`npm run schema\`.`;
  for (const [table, columns] of needed) {
    const there = found.get(table);
    if (there === undefined)
      return `Keyspace "${keyspace}" has no table "${table}". Run \`npm run schema\` first.`;
    for (const [column, type] of columns) {
      const problem = columnProblem(keyspace, { table, column, type }, there.get(column));
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function columnProblem(
  keyspace: string,
  { table, column, type }: ColumnOf,
  is: string | undefined,
): string | undefined {
  if (is === type) return undefined;
  const where = `table "${table}" in keyspace "${keyspace}"`;
  if (is === undefined && LATER[table]?.includes(column))
    return `There is no column "${column}" in ${where} yet. Run \`npm run schema\` first.`;
  return `Column "${column}" of ${where} is ${is ?? 'missing'}, not ${type}: this is no table of this Epicenter. Set CASSANDRA_KEYSPACE to another name and run \`npm run schema\`.`;
}

/** Throws an Error that says what to do when the keyspace lacks something. */
export async function checkSchema(client: Client, keyspace: string): Promise<void> {
  const needed = tablesOf(statementsOf(await readFile(SCHEMA, 'utf8')));
  const problem = (await hasKeyspace(client, keyspace))
    ? schemaProblem(keyspace, await tablesIn(client, keyspace), needed)
    : `There is no keyspace "${keyspace}". Run \`npm run schema\` first, or set CASSANDRA_KEYSPACE.`;
  if (problem !== undefined) throw new Error(problem);
}

/**
 * Makes the keyspace and the tables that are missing, and nothing else: what is there is left as it is. Returns what it did, in
 * words. Throws an Error that says what to do when the keyspace holds other tables under our names.
 */
export async function applySchema(settings: CassandraSettings): Promise<string> {
  const client = makeClient(settings);
  await connect(client, settings);
  try {
    return await apply(client, settings);
  } finally {
    await client.shutdown();
  }
}

async function apply(client: Client, settings: CassandraSettings): Promise<string> {
  const { keyspace } = settings;
  const there = await hasKeyspace(client, keyspace);
  const replication = settings.replication ?? usualReplication(client, settings.localDc);
  if (!there) await client.execute(createKeyspace(keyspace, replication), [], { prepare: false });
  const statements = statementsOf(await readFile(SCHEMA, 'utf8'));
  const needed = tablesOf(statements);
  const found = await tablesIn(client, keyspace);
  const lacking = lackingIn(found, needed);
  const known = new Map([...needed].filter(([table]) => found.has(table)));
  const problem = schemaProblem(keyspace, withColumns(found, lacking), known);
  if (problem !== undefined) throw new Error(problem);
  await client.execute(`USE ${keyspace}`, [], { prepare: false });
  const added = lacking.map(
    ({ table, column, type }) => `ALTER TABLE ${table} ADD IF NOT EXISTS ${column} ${type}`,
  );
  for (const statement of [...added, ...statements]) await client.execute(statement, [], { prepare: false });
  await checkSchema(client, keyspace);
  const made = [...needed.keys()].filter((table) => !found.has(table));
  return [
    there
      ? `Keyspace "${keyspace}" is there and was left as it is.`
      : `Made keyspace "${keyspace}" with ${wordsOf(replication)}.`,
    made.length === 0 ? 'All tables are there.' : `Made the tables ${made.join(', ')}.`,
    ...lacking.map(({ table, column }) => `Added the column ${column} to ${table}.`),
  ].join(' ');
}

interface ColumnOf {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/** The columns that came later and that a table of an earlier Epicenter lacks. Pure. */
export function lackingIn(found: Tables, needed: Tables): ColumnOf[] {
  return Object.entries(LATER).flatMap(([table, columns]) => {
    const there = found.get(table);
    const missing = there === undefined ? [] : columns.filter((column) => !there.has(column));
    return missing.map((column) => ({ table, column, type: needed.get(table)?.get(column) ?? 'text' }));
  });
}

function withColumns(tables: Tables, columns: readonly ColumnOf[]): Tables {
  const all = new Map(tables);
  for (const { table, column, type } of columns) all.set(table, new Map(all.get(table)).set(column, type));
  return all;
}

/** Pure. `keyspace` and the data centres' names are checked by `cassandraSettings`. */
export function createKeyspace(keyspace: string, replication: Replication): string {
  const centres = Object.entries(replication).map(([centre, replicas]) => `'${centre}': ${replicas}`);
  return `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', ${centres.join(', ')}}`;
}

function wordsOf(replication: Replication): string {
  return Object.entries(replication)
    .map(([centre, replicas]) => `${replicas} ${replicas === 1 ? 'replica' : 'replicas'} in ${centre}`)
    .join(' and ');
}

/** More replicas than nodes would make every write fail. */
function usualReplication(client: Client, localDc: string): Replication {
  const nodes = client.hosts.values().filter(({ datacenter }) => datacenter === localDc);
  return { [localDc]: Math.min(USUAL_REPLICAS, nodes.length) };
}

async function hasKeyspace(client: Client, keyspace: string): Promise<boolean> {
  const query = 'SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?';
  return (await client.execute(query, [keyspace])).rows.length > 0;
}

async function tablesIn(client: Client, keyspace: string): Promise<Tables> {
  const query = 'SELECT table_name, column_name, type FROM system_schema.columns WHERE keyspace_name = ?';
  const tables = new Map<string, Map<string, string>>();
  for await (const row of await client.execute(query, [keyspace])) {
    const name = String(row['table_name']);
    const columns = tables.get(name) ?? new Map<string, string>();
    tables.set(name, columns.set(String(row['column_name']), String(row['type'])));
  }
  return tables;
}
