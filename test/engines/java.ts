// Finds what the engines need on this machine: a Java that runs both of them, and Maven. Installs nothing.
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Cassandra 5 needs the security manager, which Java took out in 24; these two have long support. */
const VERSIONS = ['17', '21'];

type Env = Readonly<Record<string, string | undefined>>;

/** The machine lacks a tool: nothing is broken, but there are no engines here. */
export class ToolMissing extends Error {}

export interface Java {
  /** path of the `java` command */
  readonly command: string;
  /** its `java.home`, which Maven wants as JAVA_HOME */
  readonly home: string;
}

/** The first Java 17 or 21 at JAVA_HOME or on the PATH. Throws `ToolMissing` that says what was there instead. */
export async function findJava(env: Env): Promise<Java> {
  const fromHome = env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin', 'java')] : [];
  const seen: string[] = [];
  for (const command of [...fromHome, ...onPath('java', env)]) {
    const { version, home } = await describeJava(command);
    if (home !== '' && VERSIONS.includes(version)) return { command, home };
    if (version !== '') seen.push(`${command} is ${version}`);
  }
  const found = seen.length === 0 ? 'there is none' : seen.join(', ');
  throw new ToolMissing(
    `Cassandra 5 needs Java ${VERSIONS.join(' or ')} at JAVA_HOME or on the PATH (${found})`,
  );
}

/** The `mvn` on the PATH. Throws `ToolMissing`. */
export async function findMaven(env: Env): Promise<string> {
  for (const command of onPath('mvn', env)) {
    if (await isExecutable(command)) return command;
  }
  throw new ToolMissing('Maven (mvn) is needed on the PATH to fetch the jars of Kafka and Cassandra');
}

function onPath(name: string, env: Env): string[] {
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name));
}

/** Empty strings where there is no Java that runs. */
async function describeJava(command: string): Promise<{ version: string; home: string }> {
  if (!(await isExecutable(command))) return { version: '', home: '' };
  const properties = await run(command, ['-XshowSettings:properties', '-version']).then(
    ({ stderr }) => stderr,
    () => '', // a broken Java is as good as none: the next one is tried
  );
  const property = (name: string): string =>
    properties
      .split('\n')
      .find((line) => line.trim().startsWith(`${name} = `))
      ?.split(' = ')[1]
      ?.trim() ?? '';
  return { version: property('java.specification.version'), home: property('java.home') };
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
