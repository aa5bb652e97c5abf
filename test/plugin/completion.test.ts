// Completion: what is offered, and that a real bash offers it for `kn epicenter` and `kn-epicenter`.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPlugin, type Plugin } from './plugin-fixture.ts';

const execute = promisify(execFile);
const EXECUTABLE = fileURLToPath(new URL('../../knative/kn-epicenter', import.meta.url));

let plugin: Plugin;
let bin: string;
beforeEach(async () => {
  plugin = await openPlugin();
  await plugin.make('Harbour flood');
  await plugin.make('Fire');
  bin = mkdtempSync(join(tmpdir(), 'epicenter-bin-'));
  symlinkSync(EXECUTABLE, join(bin, 'kn-epicenter'));
  // As kn hands over to a plugin.
  writeFileSync(join(bin, 'kn'), '#!/bin/sh\nplugin=$1\nshift\nexec "kn-$plugin" "$@"\n');
  chmodSync(join(bin, 'kn'), 0o755);
});
afterEach(async () => {
  rmSync(bin, { recursive: true });
  await plugin[Symbol.asyncDispose]();
});

const offered = async (...words: string[]): Promise<string[]> => {
  const { status, out } = await plugin.kn('__complete', ...words);
  expect(status).toBe(0);
  return out.split('\n').slice(0, -1);
};

const env = (): Record<string, string> => ({
  PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  EPICENTER_URL: plugin.url,
});

/** What bash offers at the end of `line`, whose last word may be empty. */
async function inBash(line: string): Promise<string[]> {
  const words = line.split(' ');
  const script = `
    __start_kn() { COMPREPLY=(own "$COMP_CWORD"); }
    source <(kn epicenter completion bash)
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
    COMP_CWORD=${words.length - 1}
    function_=$(complete -p ${words[0]} | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    $function_
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execute('bash', ['--norc', '-c', script], { env: env() });
  return stdout.split('\n').slice(0, -1);
}

describe('completion', () => {
  it.each([
    [['ev'], ['events']],
    [[''], ['events', 'status', 'gaps', 'dead-letters', 'completion']],
    [
      ['events', ''],
      ['list', 'create', 'edit', 'pause', 'resume', 'archive'],
    ],
    [['events', 'pause', 'h'], ['harbour-flood']],
    [
      ['events', 'pause', ''],
      ['fire', 'harbour-flood'],
    ],
    [['dead-letters', 'list', '--e'], ['--event']],
    [['dead-letters', 'list', '--event', 'f'], ['fire']],
    [['dead-letters', 'resend', '-e', 'f'], ['fire']],
    [
      ['status', '-o', ''],
      ['table', 'json', 'yaml'],
    ],
    [['completion', 'z'], ['zsh']],
    [['events', 'create', ''], []],
    [['nothing', ''], []],
  ])('offers after %j %j', async (words, expected) => {
    expect((await offered(...words)).toSorted()).toEqual(expected.toSorted());
  });

  it('offers no codes, and says nothing, while the event API is away', async () => {
    await plugin[Symbol.asyncDispose]();
    expect(await offered('gaps', '')).toEqual([]);
    plugin = await openPlugin();
  });

  it('works in bash, behind kn and alone, and leaves the rest to kn', async () => {
    expect(await inBash('kn epicenter events pause ha')).toEqual(['harbour-flood']);
    expect(await inBash('kn-epicenter dead-letters ')).toEqual(['list', 'resend']);
    expect(await inBash('kn service li')).toEqual(['own', '2']);
    expect(await inBash('kn epi')).toEqual(['own', '1']);
  });
});

describe('the executable', () => {
  it('runs through a link, from anywhere, and ends with the status', async () => {
    const { stdout } = await execute('kn-epicenter', ['events', 'list', '-o', 'json'], {
      env: env(),
      cwd: '/',
    });
    expect(JSON.parse(stdout)).toHaveLength(2);
    const failed = execute('kn-epicenter', ['gaps', 'nothing'], { env: env(), cwd: '/' });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: 'Error: There is no event with this code.\n',
    });
    await expect(execute('kn-epicenter', ['gaps'], { env: env() })).rejects.toMatchObject({ code: 2 });
  });
});
