// The analysts' query on Spark SQL over Cassandra and over an export, and on DuckDB over that export: equal counts.
import { join } from 'node:path';
import { Client } from 'cassandra-driver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { cassandraSettings } from '../../sql/cassandra-settings.ts';
import { openStore } from '../../sql/open-store.ts';
import { describeWithEngines } from '../engines/addresses.ts';
import { type Availability, describeWhere } from '../engines/available.ts';
import { ToolMissing } from '../engines/java.ts';
import { findSparkTools, sparkAnswers, sparkFolder, type SparkTools } from '../engines/spark/spark.ts';
import { makeEvent, newCode } from '../factories.ts';
import { startNode, tempDir } from '../journey/running.ts';
import { duckdbWordCount, WORD_COUNT } from './duckdb.ts';
import { BEGIN, tweetsOf } from './posts.ts';
import { countWords } from './words.ts';

const FIRST_FETCH_MS = 1_200_000;
const KEYSPACE = `analysis_${newCode().replaceAll('-', '_')}`;
const dir = tempDir('spark');
const parquet = join(dir.path, 'flood.parquet');
const tweets = tweetsOf('flood', 3_000);

/** In CI a missing Spark is a failure. */
const spark: Availability<SparkTools | undefined> = await findSparkTools().then(
  (value) => ({ state: 'there', value }),
  (error: unknown) => {
    if (!(error instanceof ToolMissing) || process.env['CI'] === 'true') throw error;
    return { state: 'skipped', reason: error.message };
  },
);

describeWithEngines('The word count', ({ cassandra }) => {
  describeWhere(spark, { name: 'on Spark', nowhere: undefined }, (tools) => {
    onSpark(cassandra[0] ?? '', tools);
  });
});

function onSpark(cassandra: string, tools: SparkTools | undefined): void {
  beforeAll(async () => {
    await Promise.all([tools && sparkFolder(tools), fillCassandra(cassandra)]);
  }, FIRST_FETCH_MS);
  afterAll(async () => {
    dir[Symbol.dispose]();
    const client = new Client({ contactPoints: [cassandra], localDataCenter: 'datacenter1' });
    await client.execute(`DROP KEYSPACE IF EXISTS ${KEYSPACE}`);
    await client.shutdown();
  });

  test('over Cassandra, over an export and on DuckDB is that of a plain reading', async () => {
    const expected = countWords(tweets.map(({ row }) => row.t_text));
    const answers = await sparkAnswers(tools!, cassandra, [
      { sql: WORD_COUNT, event: 'flood', keyspace: KEYSPACE },
      { sql: WORD_COUNT, event: 'flood', parquet },
      { sql: 'SELECT count(*), CAST(min(t_created_at) AS bigint) FROM tweet', event: 'flood', parquet },
    ]);
    expect(answers[0]?.rows).toEqual(expected);
    expect(answers[1]?.rows).toEqual(expected);
    expect(answers[2]?.rows).toEqual([[tweets.length, BEGIN / 1_000]]);
    expect(await duckdbWordCount(parquet)).toEqual(expected);
  });
}

/** The same tweets by the store, another event's beside them, and an export from there by the command. */
async function fillCassandra(address: string): Promise<void> {
  const env = { CASSANDRA_CONTACT_POINTS: address, CASSANDRA_KEYSPACE: KEYSPACE };
  const cassandra = cassandraSettings(env);
  await applySchema(cassandra!);
  const store = await openStore({ dataDir: dir.path, cassandra }, (problem) => {
    throw new Error(problem);
  });
  await store.createEvent(makeEvent({ code: 'flood' }));
  expect(await store.saveTweets([...tweets, ...tweetsOf('fire', 10)])).toEqual([]);
  await store.close();
  const exporting = startNode(['sql/export-main.ts', 'flood', parquet], env);
  expect(await exporting.ended, exporting.err()).toBe(0);
}
