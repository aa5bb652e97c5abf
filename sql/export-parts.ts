// Rows into Parquet files of a bounded size, and these into one: DuckDB cannot add to a Parquet file, and a table that holds
// all rows grows with them.
import { join } from 'node:path';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { type DuckDB, encoding, tableColumns } from './export-rows.ts';
import type { TweetRow } from './tweet.ts';

const PART_ROWS = 20_000;

export interface Parts {
  /** At most 2,048 rows. */
  append(rows: readonly TweetRow[]): Promise<void>;
  /** Joins everything appended, in its order, to the Parquet file at `path`. */
  join(path: string): Promise<void>;
}

/** Keeps its parts in `folder`. */
export function parts(duckdb: DuckDB, connection: DuckDBConnection, folder: string): Parts {
  const { types, columnsOf } = encoding(duckdb);
  const files: string[] = [];
  let appender: DuckDBAppender | undefined;
  let rows = 0;

  async function begin(): Promise<DuckDBAppender> {
    await connection.run(`CREATE OR REPLACE TABLE part (${tableColumns})`);
    rows = 0;
    return connection.createAppender('part');
  }
  async function write(filled: DuckDBAppender): Promise<void> {
    filled.closeSync();
    appender = undefined;
    const file = quoted(join(folder, `part-${files.length}.parquet`));
    await connection.run(
      `COPY part TO ${file} (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE ${PART_ROWS})`,
    );
    files.push(file);
  }

  return {
    async append(page) {
      appender ??= await begin();
      const chunk = duckdb.DuckDBDataChunk.create(types);
      chunk.setColumns(columnsOf(page));
      appender.appendDataChunk(chunk);
      rows += page.length;
      if (rows >= PART_ROWS) await write(appender);
    },
    async join(path) {
      if (appender !== undefined || files.length === 0) await write(appender ?? (await begin()));
      await connection.run(
        `COPY (FROM read_parquet([${files.join(', ')}])) TO ${quoted(path)}
         (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${PART_ROWS})`,
      );
    },
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
