// The command line as a person meets it: what is said where, and with which exit status.
import { mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { dir, epicenter, fileOf } from './command-line.ts';
import { kill, stop, type Started } from './running.ts';

/** What a person is told instead of a stack trace. */
async function expectTold(running: Started, status: number, words: RegExp): Promise<void> {
  expect(await running.ended, running.err()).toBe(status);
  expect(running.err()).toMatch(words);
  expect(running.err().trim().split('\n'), 'one sentence').toHaveLength(1);
  expect(running.out()).toBe('');
}

describe('wrong usage', () => {
  const missing = '/nowhere/posts.jsonl';
  it.each<[string, readonly string[], Record<string, string>, RegExp]>([
    ['a missing file', ['--replay', missing, '--once'], {}, /posts\.jsonl does not exist/],
    ['a directory', ['--replay', dir.path, '--once'], {}, /is a directory/],
    ['an unknown option', ['--replay', missing, '--twice'], {}, /--twice/],
    ['--once without a file', ['--once'], {}, /--once needs --replay/],
    ['a rate that is none', ['--replay', missing, '--rate', 'fast'], {}, /--rate takes a number/],
    ['an event without keywords', ['--event', 'Flood'], {}, /--event takes/],
    ['a keyword of signs only', ['--event', 'Flood=flood, !!!'], {}, /"Flood".*keywords\.1/],
    ['a port that is none', [], { PORT: '99999' }, /PORT must be/],
    ['a HOST that others reach, without API_TOKEN', [], { HOST: '0.0.0.0' }, /HOST is 0\.0\.0\.0.*API_TOKEN/],
    ['a SOURCE that is none', [], { SOURCE: 'twitter' }, /SOURCE must be one of/],
  ])('is %s: one sentence on stderr, exit status 2', async (_, args, env, words) => {
    await expectTold(epicenter('wrong', args, env), 2, words);
  });
});

describe('what a person can mend', () => {
  it('is said in one sentence: a DATA_DIR that another process runs on', async () => {
    const first = epicenter('shared', [], { SOURCE: 'none' });
    await vi.waitFor(() => expect(first.err()).toContain('The page is at'), 10_000);
    await expectTold(
      epicenter('shared', [], { SOURCE: 'none' }),
      1,
      /Another Epicenter is running on DATA_DIR/,
    );
    expect(await stop(first)).toBe(143);
  });

  it('is said in one sentence: a DATA_DIR that is a file', async () => {
    fileOf('file', '');
    await expectTold(epicenter('file', [], { SOURCE: 'none' }), 1, /DATA_DIR.*must be a folder/);
  });

  it('is said in one sentence: a file in DATA_DIR that is no database', async () => {
    mkdirSync(join(dir.path, 'broken'));
    fileOf('broken/store.db', 'no database at all, but long enough to look like one\n'.repeat(50));
    await expectTold(epicenter('broken', [], { SOURCE: 'none' }), 1, /store\.db cannot be opened/);
  });

  it('is said in one sentence: a PORT that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expectTold(
      epicenter('port', [], { SOURCE: 'none', PORT: `${port}` }),
      1,
      /cannot be served at .*PORT \d+.*EADDRINUSE/,
    );
    server.close();
  });
});

const url = (running: Started): string => /The page is at (http:\S+?)"/.exec(running.err())?.[1] ?? '';

const tweets = async (running: Started): Promise<number> => {
  const counts = async (code: string): Promise<number> => {
    const answer = await fetch(`${url(running)}/api/events/${code}/counts?step=day`);
    return ((await answer.json()) as { tweets: number }[]).reduce((sum, one) => sum + one.tweets, 0);
  };
  const answer = await fetch(`${url(running)}/api/events`);
  const codes = ((await answer.json()) as { code: string }[]).map(({ code }) => code);
  return (await Promise.all(codes.map(counts))).reduce((sum, one) => sum + one, 0);
};

const collecting = async (running: Started, more: number): Promise<void> =>
  vi.waitFor(async () => expect(await tweets(running)).toBeGreaterThan(more), {
    timeout: 15_000,
    interval: 200,
  });

describe('the made-up sample', () => {
  it('survives SIGKILL, ends at Ctrl-C within two seconds, and nothing of it is left to be sent', async () => {
    const killed = epicenter('sample', []);
    await collecting(killed, 3);
    const before = await tweets(killed);
    await kill(killed);
    const running = epicenter('sample', []);
    await collecting(running, before);
    const at = performance.now();
    running.process.kill('SIGINT');
    expect(await running.ended, running.err()).toBe(130);
    expect(performance.now() - at).toBeLessThan(2_000);

    const after = epicenter('sample', [], { SOURCE: 'none' });
    await vi.waitFor(() => expect(url(after)).not.toBe(''), 10_000);
    const status = (await (await fetch(`${url(after)}/api/status`)).json()) as {
      events: Record<string, { lag: number }>;
    };
    expect(Object.values(status.events).map(({ lag }) => lag)).toEqual(
      Object.values(status.events).map(() => 0),
    );
    expect(Object.keys(status.events)).not.toEqual([]);
    expect(await stop(after)).toBe(143);
  });

  it('ends at once when Ctrl-C comes twice', async () => {
    const running = epicenter('twice', []);
    await vi.waitFor(() => expect(running.err()).toContain('The page is at'), 10_000);
    running.process.kill('SIGINT');
    running.process.kill('SIGINT');
    expect(await running.ended).toBe(130);
  });
});
