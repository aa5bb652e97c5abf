// The class paths of both engines: Maven fetches the jars once into its own repository, we keep the two lists of
// paths below node_modules/.cache. One class path for both cannot be: their slf4j, snakeyaml and jackson conflict.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, cp, mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findMaven, type Java } from './java.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/epicenter-engines', import.meta.url));
const POMS = ['pom.xml', join('kafka', 'pom.xml'), join('cassandra', 'pom.xml')];
const RESOLVE = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath';
const MAVEN_TIME_LIMIT = 15 * 60_000;

export interface ClassPaths {
  readonly kafka: string;
  readonly cassandra: string;
}

/** Fetches what is not there yet (about 140 MB the first time). Throws `ToolMissing` when that needs a Maven that is not there. */
export async function classPaths(java: Java, env: NodeJS.ProcessEnv): Promise<ClassPaths> {
  const poms = await Promise.all(POMS.map((pom) => readFile(join(HERE, pom))));
  const key = createHash('sha256').update(Buffer.concat(poms)).digest('hex').slice(0, 12);
  const folder = join(CACHE, key);
  const kept = await readKept(folder);
  if (kept) return kept;
  await mkdir(CACHE, { recursive: true });
  using _lock = await lock(join(CACHE, 'lock.db'));
  return (await readKept(folder)) ?? (await resolve(folder, java, env));
}

/** What an earlier run left, if every jar is still where it was. */
async function readKept(folder: string): Promise<ClassPaths | null> {
  try {
    const [kafka, cassandra] = await Promise.all([readOne(folder, 'kafka'), readOne(folder, 'cassandra')]);
    return { kafka, cassandra };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function readOne(folder: string, module: string): Promise<string> {
  const text = await readFile(join(folder, module, 'target', 'classpath'), 'utf8');
  await Promise.all(
    text
      .trim()
      .split(delimiter)
      .map((jar) => access(jar)),
  );
  return text.trim();
}

async function resolve(folder: string, java: Java, env: NodeJS.ProcessEnv): Promise<ClassPaths> {
  const maven = await findMaven(env);
  for (const pom of POMS) await cp(join(HERE, pom), join(folder, pom));
  const args = [
    '-B',
    '-ntp',
    '-q',
    '-f',
    join(folder, 'pom.xml'),
    RESOLVE,
    '-Dmdep.outputFile=target/classpath',
  ];
  const options = { env: { ...env, JAVA_HOME: java.home }, timeout: MAVEN_TIME_LIMIT };
  await promisify(execFile)(maven, args, options).catch((error: Error & { stdout?: string }) => {
    const said = (error.stdout ?? '').trim().split('\n').slice(0, 8).join('\n');
    throw new Error(`Maven could not fetch the jars of Kafka and Cassandra:\n${said || error.message}`);
  });
  const resolved = await readKept(folder);
  if (!resolved) throw new Error(`Maven ended well, but the class paths in ${folder} are not whole`);
  return resolved;
}

/** One run at a time asks Maven. SQLite's lock, because the system frees it when its holder is killed. */
async function lock(file: string): Promise<Disposable> {
  const database = new DatabaseSync(file);
  while (!tryLock(database)) await sleep(200);
  return { [Symbol.dispose]: () => database.close() };
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    const SQLITE_BUSY = 5;
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
