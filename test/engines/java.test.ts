import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { tempDir } from '../journey/running.ts';
import { findJava, findMaven, ToolMissing } from './java.ts';

const dir = tempDir('java');
afterAll(() => dir[Symbol.dispose]());

test('findJava passes over a Java that Cassandra cannot run on', async () => {
  const java25 = javaSaying('25');
  const java21 = javaSaying('21');
  const PATH = [join(java25, 'bin'), join(java21, 'bin')].join(delimiter);
  expect(await findJava({ JAVA_HOME: java25, PATH })).toEqual({
    command: join(java21, 'bin', 'java'),
    home: java21,
  });
});

test('findJava takes JAVA_HOME before the PATH', async () => {
  const java17 = javaSaying('17');
  expect((await findJava({ JAVA_HOME: java17, PATH: join(javaSaying('21'), 'bin') })).home).toBe(java17);
});

test('findJava says which Java it found and which it needs', async () => {
  const java8 = javaSaying('1.8');
  const search = findJava({ PATH: join(java8, 'bin') });
  await expect(search).rejects.toThrow(ToolMissing);
  await expect(search).rejects.toThrow(
    `needs Java 17 or 21 at JAVA_HOME or on the PATH (${java8}/bin/java is 1.8)`,
  );
});

test('findJava and findMaven say that there is none', async () => {
  await expect(findJava({ PATH: dir.path })).rejects.toThrow('(there is none)');
  await expect(findMaven({ PATH: dir.path })).rejects.toThrow('Maven (mvn) is needed on the PATH');
});

/** A stand-in for another vendor's program: prints what that version of Java prints. Returns its home. */
function javaSaying(version: string): string {
  const home = join(dir.path, `java-${version}`);
  mkdirSync(join(home, 'bin'), { recursive: true });
  const lines = [
    `    java.home = ${home}`,
    `    java.specification.version = ${version}`,
    '    java.vendor = Made',
  ];
  const command = join(home, 'bin', 'java');
  writeFileSync(command, `#!/bin/sh\ncat >&2 <<'END'\nProperty settings:\n${lines.join('\n')}\nEND\n`);
  chmodSync(command, 0o755);
  return home;
}
