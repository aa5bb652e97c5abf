// Spark for tests, as an analyst has it: PySpark from PyPI, and from Maven Central the jars that read Cassandra. Kept in
// node_modules/.cache between runs. The product needs none of this.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { findJava, findMaven, type Java, ToolMissing } from '../java.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/epicenter-engines', import.meta.url));
const PYSPARK = 'pyspark==3.5.9';
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
/** Spark brings these itself; a second one stops it. */
const SPARK_HAS = 'scala-library,scala-reflect,slf4j-api';
const FETCH_LIMIT_MS = 15 * 60_000;

type Env = Readonly<Record<string, string | undefined>>;
const run = promisify(execFile);

export interface SparkTools {
  readonly java: Java;
  readonly maven: string;
  /** command of a Python with pip */
  readonly python: string;
}

/** What Spark needs on this machine. Throws `ToolMissing`. */
export async function findSparkTools(env: Env = process.env): Promise<SparkTools> {
  const [java, maven] = [await findJava(env), await findMaven(env)];
  const python = 'python3';
  // PySpark 3.5 knows Python from 3.8 on; 3.12 took away modules that it imports.
  const check = 'import sys, pip; sys.exit(not (3, 8) <= sys.version_info < (3, 12))';
  await run(python, ['-c', check]).catch((cause: unknown) => {
    throw new ToolMissing('Spark needs python3 on the PATH, version 3.8 to 3.11, with pip', { cause });
  });
  return { java, maven, python };
}

/** The folder with `python` and `jars`; fetched the first time (320 MB). */
export async function sparkFolder({ java, maven, python }: SparkTools): Promise<string> {
  const pom = await readFile(join(HERE, 'pom.xml'));
  const key = createHash('sha256').update(pom).update(PYSPARK).digest('hex').slice(0, 12);
  const folder = join(CACHE, `spark-${key}`);
  if (await isFolder(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const made = await mkdtemp(`${folder}-`);
  const limit = { timeout: FETCH_LIMIT_MS, env: { ...process.env, JAVA_HOME: java.home } };
  try {
    await cp(join(HERE, 'pom.xml'), join(made, 'pom.xml'));
    const jars = [`-DoutputDirectory=${join(made, 'jars')}`, `-DexcludeArtifactIds=${SPARK_HAS}`];
    await run(maven, ['-B', '-ntp', '-q', '-f', join(made, 'pom.xml'), COPY, ...jars], limit);
    await run(python, ['-m', 'pip', 'install', '-q', '--target', join(made, 'python'), PYSPARK], limit);
    // Another run may have been as far first; then there are two of the same, and one is left.
    await rename(made, folder).catch(async (error: unknown) => {
      if (!(await isFolder(folder))) throw error;
    });
    return folder;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

export interface SparkQuery {
  readonly sql: string;
  /** what `tweet` is: an event's rows */
  readonly event: string;
  /** of a Parquet file, */
  readonly parquet?: string;
  /** or of the table in this keyspace */
  readonly keyspace?: string;
}

const answer = z.object({ rows: z.array(z.array(z.unknown())), seconds: z.number() });
export type SparkAnswer = z.infer<typeof answer>;

/** Answers by one Spark session, in the order of the queries. `cassandra` is host:port. Rejects with what Spark said. */
export async function sparkAnswers(
  tools: SparkTools,
  cassandra: string,
  queries: readonly SparkQuery[],
): Promise<SparkAnswer[]> {
  const folder = await sparkFolder(tools);
  const jars = (await readdir(join(folder, 'jars'))).map((jar) => join(folder, 'jars', jar));
  const at = cassandra.lastIndexOf(':');
  const settings = {
    'spark.jars': jars.join(','),
    'spark.cassandra.connection.host': cassandra.slice(0, at),
    'spark.cassandra.connection.port': cassandra.slice(at + 1),
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.host': '127.0.0.1',
    'spark.ui.enabled': 'false',
    'spark.sql.shuffle.partitions': '4',
  };
  const paths = { JAVA_HOME: tools.java.home, PYTHONPATH: join(folder, 'python') };
  const env = { ...process.env, ...paths, SPARK_LOCAL_IP: '127.0.0.1' };
  const child = spawn(tools.python, [join(HERE, 'queries.py')], { env, stdio: 'pipe' });
  const ended = once(child, 'close');
  child.stdin.end(JSON.stringify({ settings, queries }));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await ended;
  if (status !== 0) throw new Error(`Spark ended with ${String(status)}:\n${err.slice(-4_000)}`);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => answer.parse(JSON.parse(line)));
}

const isFolder = (path: string): Promise<boolean> =>
  readdir(path).then(
    () => true,
    () => false,
  );
