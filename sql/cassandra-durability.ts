// Whether the cluster, as it is set up, keeps what it acknowledged.
import type { Client, Host } from 'cassandra-driver';
import type { Durability } from './store.ts';

/** The replication of a keyspace as `system_schema.keyspaces` has it. */
export type StoredReplication = Readonly<Record<string, string>>;

/** How many replicas each row has in a data centre; 0 where the strategy is one we do not know. Pure. */
export function replicasIn(replication: StoredReplication, localDc: string): number {
  const strategy = replication['class']?.split('.').at(-1);
  const factor = strategy === 'SimpleStrategy' ? replication['replication_factor'] : replication[localDc];
  // "3/1" is three replicas of which one is transient.
  return Number(/^\d+/.exec(factor ?? '')?.[0] ?? 0);
}

export interface NodeState {
  readonly address: string;
  readonly up: boolean;
  /** `commitlog_sync`; undefined when it cannot be read */
  readonly commitLog: string | undefined;
}

/** Measured: of one node with `periodic`, rows acknowledged in the last seconds are gone after a kill (facts/engines). Pure. */
export function problemsOf(replicas: number, localDc: string, nodes: readonly NodeState[]): string[] {
  const problems: string[] = [];
  if (replicas === 0)
    problems.push(
      `The keyspace has no replicas in the data centre ${localDc}: nothing can be stored from here.`,
    );
  for (const { address, up, commitLog } of nodes) {
    if (!up) problems.push(`The node ${address} is down.`);
    else if (replicas < 3 && commitLog === undefined)
      problems.push(
        `Each row is on ${counted(replicas)}, and commitlog_sync of ${address} cannot be read: unless it is batch or group, acknowledged rows can be lost when the node dies.`,
      );
    else if (replicas < 3 && commitLog !== 'batch' && commitLog !== 'group')
      problems.push(
        `Each row is on ${counted(replicas)}, and ${address} has commitlog_sync ${commitLog}: acknowledged rows can be lost when the node dies. Set it to batch, or replicate to three nodes.`,
      );
  }
  return problems;
}

const counted = (replicas: number): string => (replicas === 1 ? '1 node' : `${replicas} nodes`);

export async function durability(client: Client, keyspace: string, localDc: string): Promise<Durability> {
  const hosts = client.hosts.values().filter(({ datacenter }) => datacenter === localDc);
  const own = await client.execute('SELECT release_version FROM system.local');
  const keyspaces = await client.execute(
    'SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?',
    [keyspace],
  );
  const stored: StoredReplication = keyspaces.first()?.['replication'] ?? {};
  const nodes = await Promise.all(hosts.map((host) => stateOf(client, host)));
  return {
    engine: `Cassandra ${String(own.first()['release_version'])}`,
    problems: problemsOf(replicasIn(stored, localDc), localDc, nodes),
  };
}

/** A node's settings are its own, so it is asked itself. A role may lack the right to read them. */
async function stateOf(client: Client, host: Host): Promise<NodeState> {
  const { address } = host;
  if (!host.isUp()) return { address, up: false, commitLog: undefined };
  const query = "SELECT value FROM system_views.settings WHERE name = 'commitlog_sync'";
  try {
    const result = await client.execute(query, [], { host, prepare: false });
    const value: unknown = result.rows[0]?.['value'];
    return { address, up: true, commitLog: typeof value === 'string' ? value : undefined };
  } catch {
    return { address, up: true, commitLog: undefined };
  }
}
