// The one place that speaks with cassandra-driver: connecting, prepared statements, and what its errors mean.
import { readFileSync } from 'node:fs';
import type { Client, DseClientOptions } from 'cassandra-driver';
import { driver } from './cassandra-driver-mended.ts';
import type { CassandraSettings } from './cassandra-settings.ts';

/** A row by column: bigint and counts as bigint, timestamps as Date, unset as null. */
export type Row = Readonly<Record<string, unknown>>;

export interface Statement {
  readonly query: string;
  /** undefined leaves a column as it is */
  readonly params: readonly unknown[];
}

/** Queries name their tables as `ks.tweet`; `ks` stands for the keyspace of the settings. */
export interface Cql {
  /** All rows, so for answers that are known to be small. Safe to repeat: the driver may do so on another node. */
  rows(query: string, params: readonly unknown[]): Promise<Row[]>;
  /** Rows as they are read, `fetchSize` at a time. */
  each(query: string, params: readonly unknown[], fetchSize: number): AsyncIterable<Row>;
  /** One unlogged batch; all statements must be of one partition, whose replicas it is sent to. */
  batch(statements: readonly Statement[]): Promise<void>;
  /** A read that sees what every compare-and-set before it did; of one partition. */
  serialRows(query: string, params: readonly unknown[]): Promise<Row[]>;
  /** A compare-and-set, sent once. Rejects with something {@link isUnknownOutcome} is true of when nobody knows. */
  compareAndSet(query: string, params: readonly unknown[]): Promise<boolean>;
  readonly client: Client;
}

const { errors, types } = driver;
const { localQuorum, localSerial } = types.consistencies;

// The server gives up after 2 to 10 s itself; a node that is stopped says nothing at all.
const READ_TIMEOUT_MS = 6_000;
const CONNECT_TIMEOUT_MS = 5_000;
const PAGE = 1_000;

/** A client that is not yet connected, and in no keyspace. Reads the CA file. */
export function makeClient(settings: CassandraSettings): Client {
  const { contactPoints, localDc, credentials, caFile } = settings;
  const options: DseClientOptions = {
    contactPoints: [...contactPoints],
    localDataCenter: localDc,
    ...(credentials !== undefined && { credentials }),
    ...(caFile !== undefined && { sslOptions: { ca: [readCa(caFile)], rejectUnauthorized: true } }),
    encoding: { useBigIntAsLong: true },
    queryOptions: {
      prepare: true,
      isIdempotent: true,
      consistency: localQuorum,
      serialConsistency: localSerial,
      fetchSize: PAGE,
    },
    socketOptions: { readTimeout: READ_TIMEOUT_MS, connectTimeout: CONNECT_TIMEOUT_MS },
    monitorReporting: { enabled: false },
  };
  // Cassandra itself stamps what has no timestamp of its own: its nodes' clocks are kept together, this machine's may not be.
  const client = new driver.Client(Object.assign(options, { policies: { timestampGeneration: null } }));
  // A driver that lost all its nodes takes new hosts for them and forgets the connections of the old, which would keep us up.
  client.on('hostRemove', (host) => void host.shutdown(true));
  return client;
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`CASSANDRA_CA_FILE "${path}" must be a PEM file that can be read.`, { cause });
  }
}

/** Connects. Throws an Error that says which variable to look at; retrying may help. */
export async function connect(client: Client, settings: CassandraSettings): Promise<void> {
  try {
    await client.connect();
  } catch (cause) {
    await client.shutdown();
    throw new Error(connectProblem(cause, settings), { cause });
  }
}

function connectProblem(error: unknown, { contactPoints, localDc }: CassandraSettings): string {
  const text = String(error);
  const where = `Cassandra at ${contactPoints.join(', ')} (CASSANDRA_CONTACT_POINTS)`;
  const centres = /only found hosts in data centers: (\[[^\]]*\])/.exec(text)?.[1];
  if (centres !== undefined)
    return `CASSANDRA_LOCAL_DC is "${localDc}", but ${where} has the data centres ${centres}.`;
  if (/AuthenticationError/.test(text))
    return `${where} does not accept CASSANDRA_USERNAME and CASSANDRA_PASSWORD.`;
  if (/certificate|\bTLS|\bSSL|EPROTO/i.test(text))
    return `${where} and CASSANDRA_CA_FILE do not go together: no TLS connection was made.`;
  return `${where} cannot be reached.`;
}

export function cqlOn(client: Client, keyspace: string): Cql {
  // The same string every time: the driver finds a prepared statement by its text, and a string is hashed once. (With a keyspace
  // of its own the client would put that before each text and hash a kilobyte anew: a tenth of a write.)
  const inKeyspace = memo((query) => query.replaceAll(/\bks\./g, `${keyspace}.`));
  const execute = (query: string, params: readonly unknown[], options: object = {}) =>
    client.execute(inKeyspace(query), [...params], options);
  return {
    client,
    async rows(query, params) {
      const rows: Row[] = [];
      for await (const row of await execute(query, params)) rows.push(row);
      return rows;
    },
    async *each(query, params, fetchSize) {
      yield* await execute(query, params, { fetchSize });
    },
    async batch(statements) {
      await client.batch(
        statements.map(({ query, params }) => ({ query: inKeyspace(query), params: [...params] })),
        { logged: false },
      );
    },
    async serialRows(query, params) {
      const rows: Row[] = [];
      for await (const row of await execute(query, params, { consistency: localSerial })) rows.push(row);
      return rows;
    },
    compareAndSet: async (query, params) =>
      (await execute(query, params, { isIdempotent: false })).wasApplied(),
  };
}

function memo(make: (text: string) => string): (text: string) => string {
  const made = new Map<string, string>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const one = make(text);
    made.set(text, one);
    return one;
  };
}

const CAS_WRITE_UNKNOWN = 0x1700;
const { invalid, serverError, writeFailure, writeTimeout } = types.responseErrorCodes;
const INVALID: ReadonlySet<number> = new Set([invalid]);
const UNKNOWN_CODES: readonly number[] = [CAS_WRITE_UNKNOWN, serverError, writeFailure, writeTimeout];

/** Whether a compare-and-set that failed so may still have been done. */
export function isUnknownOutcome(error: unknown): boolean {
  if (error instanceof errors.ResponseError) return UNKNOWN_CODES.includes(error.code);
  return !(error instanceof errors.ArgumentError);
}

// Answers with the code of a bad request that speak of the cluster's state: a retry may help, and no row is at fault.
const NOT_THE_ROW = /keyspace|table|columnfamily|prepared|disk usage/i;

/** Whether Cassandra refused what a statement holds, so that a retry cannot help. */
export function blamesContent(error: unknown): error is Error {
  return error instanceof errors.ResponseError && INVALID.has(error.code) && !NOT_THE_ROW.test(error.message);
}
