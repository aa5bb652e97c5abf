// Where Cassandra is and what to say to it, from the environment. Pure: no file is read and nothing connected.

type Env = Readonly<Record<string, string | undefined>>;

/** Replicas by data centre. */
export type Replication = Readonly<Record<string, number>>;

export interface CassandraSettings {
  /** `host` or `host:port` */
  readonly contactPoints: readonly string[];
  readonly localDc: string;
  readonly keyspace: string;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  /** a PEM file; with it the connection is TLS, and the server's certificate must be signed by it */
  readonly caFile: string | undefined;
  /** of a keyspace that is made; undefined: as many replicas in the local data centre as it has nodes, three at most */
  readonly replication: Replication | undefined;
}

const POINT = /^(?:\[[0-9a-f:.]+\]|[^\s:/,[\]]+)(?::(\d{1,5}))?$/i;
const KEYSPACE = /^[a-z][a-z0-9_]{0,47}$/;
const CENTRE = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/**
 * Undefined without `CASSANDRA_CONTACT_POINTS`. An empty variable counts as one that is not set.
 * Throws an Error that names the variable and what would be right; it never shows the password.
 */
export function cassandraSettings(env: Env): CassandraSettings | undefined {
  const points = env['CASSANDRA_CONTACT_POINTS'] || undefined;
  if (points === undefined) return undefined;
  const localDc = env['CASSANDRA_LOCAL_DC'] || 'datacenter1';
  if (!CENTRE.test(localDc))
    throw new Error(`CASSANDRA_LOCAL_DC must be the name of a data centre, not "${localDc}".`);
  return {
    contactPoints: points.split(',').map((point) => contactPoint(point.trim())),
    localDc,
    keyspace: keyspaceOf(env['CASSANDRA_KEYSPACE'] || 'twitter_analytics'),
    credentials: credentialsOf(env['CASSANDRA_USERNAME'], env['CASSANDRA_PASSWORD']),
    caFile: env['CASSANDRA_CA_FILE'] || undefined,
    replication: replicationOf(env['CASSANDRA_REPLICATION'] || undefined, localDc),
  };
}

function contactPoint(text: string): string {
  const match = POINT.exec(text);
  const port = Number(match?.[1] ?? 9042);
  if (match !== null && port > 0 && port < 65_536) return text;
  throw new Error(
    `CASSANDRA_CONTACT_POINTS must be addresses like "host" or "host:9042", with commas between them; "${text}" is none.`,
  );
}

function keyspaceOf(text: string): string {
  if (KEYSPACE.test(text)) return text;
  throw new Error(
    `CASSANDRA_KEYSPACE must be 1 to 48 of a-z, 0-9 and _, beginning with a letter; it is "${text}".`,
  );
}

function credentialsOf(username: string | undefined, password: string | undefined) {
  if (!username && !password) return undefined;
  if (!username) throw new Error('CASSANDRA_PASSWORD is set, so CASSANDRA_USERNAME must be set, too.');
  if (!password) throw new Error('CASSANDRA_USERNAME is set, so CASSANDRA_PASSWORD must be set, too.');
  return { username, password };
}

function replicationOf(text: string | undefined, localDc: string): Replication | undefined {
  if (text === undefined) return undefined;
  const entries = text.split(',').map((part): readonly [string, number] => {
    const [centre = '', factor = ''] = part.includes(':') ? part.trim().split(':') : [localDc, part.trim()];
    if (CENTRE.test(centre) && /^[1-9]\d?$/.test(factor)) return [centre, Number(factor)];
    throw new Error(
      `CASSANDRA_REPLICATION must be a number of replicas like "3", or one for each data centre like "dc1:3,dc2:3"; it is "${text}".`,
    );
  });
  const replication = Object.fromEntries(entries);
  if (Object.hasOwn(replication, localDc) && Object.keys(replication).length === entries.length)
    return replication;
  throw new Error(
    `CASSANDRA_REPLICATION must name each data centre once and CASSANDRA_LOCAL_DC (${localDc}) among them; it is "${text}".`,
  );
}
