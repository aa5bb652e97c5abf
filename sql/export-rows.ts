// A tweet's columns as DuckDB holds them, and from there Parquet. `id` is text: Spark 3 reads no Parquet file with a UUID in it.
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { columnNames, columns, type TweetRow } from './tweet.ts';

export type DuckDB = typeof import('@duckdb/node-api');
type ColumnType = (typeof columns)[keyof typeof columns];

const SQL_TYPES = {
  text: 'VARCHAR',
  uuid: 'VARCHAR',
  int: 'INTEGER',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMPTZ',
  list: 'VARCHAR[]',
} as const satisfies Record<ColumnType, string>;

/** The columns of `tweet` as they stand in `CREATE TABLE`, in the order of tweet.ts. */
export const tableColumns = columnNames.map((name) => `${name} ${SQL_TYPES[columns[name]]}`).join(', ');

interface Encoding {
  readonly types: readonly DuckDBType[];
  /** Rows as columns; what a row does not say is null. */
  readonly columnsOf: (rows: readonly TweetRow[]) => DuckDBValue[][];
}

export function encoding(duckdb: DuckDB): Encoding {
  const { VARCHAR, INTEGER, BOOLEAN, TIMESTAMPTZ, LIST, DuckDBTimestampTZValue, listValue } = duckdb;
  const types: Record<ColumnType, DuckDBType> = {
    text: VARCHAR,
    uuid: VARCHAR,
    int: INTEGER,
    boolean: BOOLEAN,
    timestamp: TIMESTAMPTZ,
    list: LIST(VARCHAR),
  };
  const valueOf = (value: TweetRow[keyof TweetRow], type: ColumnType): DuckDBValue => {
    if (value === undefined) return null;
    if (typeof value === 'object') return listValue(value);
    if (type === 'timestamp') return new DuckDBTimestampTZValue(BigInt(value) * 1_000n);
    return value;
  };
  return {
    types: columnNames.map((name) => types[columns[name]]),
    columnsOf: (rows) => columnNames.map((name) => rows.map((row) => valueOf(row[name], columns[name]))),
  };
}
