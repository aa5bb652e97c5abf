// DuckDB as an analyst uses it, on a Parquet export.
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

export const WORD_COUNT = readFileSync(new URL('../../sql/analysis/word-count.sql', import.meta.url), 'utf8');

/** The rows of `sql`, where `tweet` is the Parquet file. */
export async function duckdbRows(parquet: string, sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    await connection.run('CREATE MACRO explode(list) AS unnest(list)');
    await connection.run(`CREATE VIEW tweet AS FROM '${parquet}'`);
    return (await connection.runAndReadAll(sql)).getRowObjectsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export async function duckdbWordCount(parquet: string): Promise<[unknown, number][]> {
  const rows = await duckdbRows(parquet, WORD_COUNT);
  return rows.map(({ word, uses }) => [word, Number(uses)]);
}
