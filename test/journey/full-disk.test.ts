// A disk that is really full, for the process alone: the kernel lets its files grow to a limit and refuses the next byte.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { keptOf } from './kept.ts';
import { freePort, start, stop, tempDir, type Started } from './running.ts';

const POSTS = 12_000;
const FULL_AT_KB = 4_000;
const FIRST_ID = (BigInt(Date.parse('2020-05-01T10:00:00Z')) - 1_288_834_974_657n) << 22n;
const lacksPrlimit = spawnSync('prlimit', ['--version']).error !== undefined;

/** Some 1.1 KB each, of which hardly anything can be packed: together far more than fits. */
function writePosts(file: string): string[] {
  const lines = Array.from({ length: POSTS }, (_, n) => {
    const text = `flood ${n} ${randomBytes(750).toString('base64')}`;
    return JSON.stringify({ data: { id: String(FIRST_ID + BigInt(n)), text } });
  });
  writeFileSync(file, `${lines.join('\n')}\n`);
  return lines;
}

/** Replays `dir`/posts.jsonl on a disk that has room for a third of it. */
function replay(dir: string, args: readonly string[], env: Readonly<Record<string, string>>): Started {
  const command = `ulimit -S -f ${FULL_AT_KB}; exec "$0" "$@"`;
  const options = ['--replay', join(dir, 'posts.jsonl'), '--event', 'Flood=flood', ...args];
  return start('bash', ['-c', command, process.execPath, 'local.ts', ...options], {
    DATA_DIR: join(dir, 'data'),
    ...env,
  });
}

function makeRoom({ process: { pid } }: Started): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), '--fsize=unlimited']);
  expect(status, String(stderr)).toBe(0);
}

const residentMb = ({ process: { pid } }: Started): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

async function expectKept(dir: string, lines: readonly string[]): Promise<void> {
  const { rows, messages } = await keptOf(join(dir, 'data'), 'flood');
  expect(rows).toHaveLength(POSTS);
  expect(messages.toSorted()).toEqual(lines.toSorted());
}

const waiting = { timeout: 30_000, interval: 100 };

describe.skipIf(lacksPrlimit && process.env['CI'] !== 'true')('a full disk (needs prlimit)', () => {
  it('stops the acknowledging, is said, and loses nothing received', { timeout: 90_000 }, async () => {
    using dir = tempDir('full-disk');
    const lines = writePosts(join(dir.path, 'posts.jsonl'));
    const port = await freePort();
    const running = replay(dir.path, [], { PORT: `${port}` });
    const ask = async <T>(path: string): Promise<T> =>
      (await fetch(`http://127.0.0.1:${port}/api/${path}`)).json() as Promise<T>;
    interface Status {
      tracker: { read: number; state: string };
      engines: { engine: string; problems: string[] }[];
    }
    const problems = async (): Promise<string> => JSON.stringify((await ask<Status>('status')).engines);

    await vi.waitFor(() => expect(running.err()).toContain('The log takes no records'), waiting);
    expect(await problems()).toContain('It takes no records');
    const { tracker } = await ask<Status>('status');
    const resident = residentMb(running);
    await setTimeout(4_000);
    const later = await ask<Status>('status');
    expect(later.tracker.read, 'nothing more is acknowledged').toBe(tracker.read);
    expect(later.tracker.read).toBeLessThan(POSTS);
    expect(residentMb(running) - resident).toBeLessThan(40);
    expect(running.err().split('The log takes no records'), 'said once').toHaveLength(2);

    makeRoom(running);
    await vi.waitFor(async () => {
      const counts = await ask<{ tweets: number }[]>('events/flood/counts?step=day');
      expect(counts.map(({ tweets }) => tweets)).toEqual([POSTS]);
    }, waiting);
    await vi.waitFor(async () => expect(await problems()).not.toContain('takes no records'), waiting);
    expect(running.err()).toContain('The log takes records again');
    expect(await stop(running), running.err()).toBe(143);
    await expectKept(dir.path, lines);
  });

  it('that gets room again ends in a summary of everything', { timeout: 90_000 }, async () => {
    using dir = tempDir('full-disk');
    const lines = writePosts(join(dir.path, 'posts.jsonl'));
    const running = replay(dir.path, ['--once'], {});
    await vi.waitFor(() => expect(running.err()).toContain('The log takes no records'), waiting);
    await setTimeout(1_000);
    makeRoom(running);
    expect(await running.ended, running.err()).toBe(0);
    expect(JSON.parse(running.out())).toEqual({
      read: POSTS,
      rejected: 0,
      events: { flood: { matched: POSTS, stored: POSTS } },
    });
    await expectKept(dir.path, lines);
  });

  it('under a killed process costs nothing that was acknowledged', { timeout: 90_000 }, async () => {
    using dir = tempDir('full-disk');
    const lines = writePosts(join(dir.path, 'posts.jsonl'));
    const running = replay(dir.path, ['--once'], {});
    await vi.waitFor(() => expect(running.err()).toContain('The log takes no records'), waiting);
    running.process.kill('SIGKILL');
    await running.ended;
    const again = replay(dir.path, ['--once'], {});
    await vi.waitFor(() => expect(again.err()).toContain('The log takes no records'), waiting);
    makeRoom(again);
    expect(await again.ended, again.err()).toBe(0);
    await expectKept(dir.path, lines);
  });
});
