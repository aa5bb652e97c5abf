// Help, wrong usage, an event API that is away, wants a token or answers what is none, and hostile text.
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../knative/plugin/run.ts';
import { openPlugin } from './plugin-fixture.ts';

// Also a line break is a control character; those between the lines of an answer are taken out first.
const CONTROL = /\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const onOneLine = (text: string): string => text.replaceAll('\n', '');
const COMMANDS = [
  'events list',
  'events create',
  'events edit',
  'events pause',
  'events resume',
  'events archive',
  'status',
  'gaps',
  'dead-letters list',
  'dead-letters resend',
  'completion',
];

async function answering(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Promise<{ url: string; server: Server } & AsyncDisposable> {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    server,
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const named = (code: string, name: string) => ({
  code,
  name,
  description: '',
  keywords: [],
  status: 'active',
  createdAt: '2012-10-29T22:00:00.000Z',
});

describe('kn epicenter', () => {
  it.each([[], ['--help'], ['-h']])('explains every command to %j', async (...args) => {
    const { status, out } = await run(args, {});
    expect(status).toBe(0);
    for (const command of COMMANDS) expect(out).toContain(`  ${command}`);
  });

  it.each(COMMANDS)('explains %s', async (command) => {
    const { status, out } = await run([...command.split(' '), '--help'], { EPICENTER_URL: 'nowhere' });
    expect(status).toBe(0);
    expect(out).toContain(`Usage:\n  kn epicenter ${command}`);
    expect(out).toContain('-o, --output FORMAT');
  });

  it.each([
    [['event'], "unknown command 'event'", ''],
    [['events', 'delete'], "unknown command 'delete'", ' events'],
    [['--verbose'], "unknown option '--verbose'", ''],
    [['events', 'list', '--verbose'], "Unknown option '--verbose'", ' events list'],
    [['events', 'list', 'x'], "'x' is too much", ' events list'],
    [['events', 'list', '-o', 'xml'], "there is no output 'xml': table, json or yaml", ' events list'],
    [['gaps'], 'CODE is missing', ' gaps'],
    [['events', 'create', 'x'], 'an event needs a --keyword', ' events create'],
    [['events', 'edit', 'x'], 'nothing is to be changed', ' events edit'],
    [['completion', 'fish'], "there is none for 'fish': bash or zsh", ' completion'],
  ])('%j is wrong usage', async (args, says, command) => {
    const { status, out, err } = await run(args, {});
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toBe(`Error: ${says}\nRun 'kn epicenter${command} --help' for usage.\n`);
  });

  it('says where it looked when nobody is there', async () => {
    await using gone = await answering(200, '');
    gone.server.close();
    const { status, err } = await run(['status'], { EPICENTER_URL: gone.url });
    expect(status).toBe(1);
    expect(err).toBe(
      `Error: The event API at ${gone.url} cannot be reached: connect ECONNREFUSED ${gone.url.slice(7)}.\n  EPICENTER_URL says where it is.\n`,
    );
    gone.server.listen();
  });

  it('carries API_TOKEN, and says so when it is missing', async () => {
    await using plugin = await openPlugin('correct-horse');
    expect(await plugin.says('events', 'list')).toBe('No events found.\n');
    const without = await run(['events', 'list'], { EPICENTER_URL: plugin.url });
    expect(without.status).toBe(1);
    expect(without.err).toContain('API_TOKEN must hold the token');
    const wrong = await run(['events', 'list'], { EPICENTER_URL: plugin.url, API_TOKEN: 'battery staple' });
    expect(wrong.err).toBe('Error: API_TOKEN must be visible ASCII characters without spaces.\n');
  });

  it('takes its token nowhere else', async () => {
    let asked = 0;
    await using elsewhere = await answering(200, '[]');
    elsewhere.server.on('request', () => asked++);
    await using moved = await answering(302, '', { location: `${elsewhere.url}/api/events` });
    const { status, err } = await run(['events', 'list'], { EPICENTER_URL: moved.url, API_TOKEN: 'x' });
    expect(status).toBe(1);
    expect(err).toBe(`Error: The event API at ${moved.url} answered 302.\n`);
    expect(asked).toBe(0);
  });

  it.each([
    ['<html>', 'is no event API'],
    ['{"events":[]}', 'something else than expected'],
  ])('does not take %j for an answer', async (body, says) => {
    await using other = await answering(200, body);
    const { status, err } = await run(['events', 'list'], { EPICENTER_URL: other.url });
    expect(status).toBe(1);
    expect(err).toContain(says);
  });

  it('writes out what could take over a terminal, and keeps it in JSON and YAML', async () => {
    const hostile = 'a\u001b[31mred\u0007\u009b2J\u202eabc\u2066\u2028\r\nb';
    const event = {
      code: 'x',
      name: hostile,
      description: hostile,
      keywords: [hostile],
      status: 'active',
      createdAt: '2012-10-29T22:00:00.000Z',
    };
    await using api = await answering(200, JSON.stringify([event]));
    const env = { EPICENTER_URL: api.url };
    const table = (await run(['events', 'list'], env)).out;
    expect(onOneLine(table)).not.toMatch(CONTROL);
    expect(table.trimEnd().split('\n')).toHaveLength(2);
    expect(table).toContain('a\\u{1b}[31mred\\u{7}');
    for (const [format, read] of [
      ['json', (text: string): unknown => JSON.parse(text)],
      ['yaml', (text: string): unknown => parse(text)],
    ] as const) {
      const { out } = await run(['events', 'list', '-o', format], env);
      expect(onOneLine(out)).not.toMatch(CONTROL);
      expect(read(out)).toEqual([event]);
    }
    await using refusing = await answering(
      422,
      JSON.stringify({ detail: hostile, errors: [{ field: hostile, message: hostile }] }),
    );
    const { err } = await run(['events', 'list'], { EPICENTER_URL: refusing.url });
    expect(onOneLine(err)).not.toMatch(CONTROL);
  });

  it('lines columns up whose letters are two columns wide', async () => {
    await using api = await answering(
      200,
      JSON.stringify([named('a', '岡崎市'), named('b', 'abcdef'), named('c', 'e\u0301bcdef')]),
    );
    const { out } = await run(['events', 'list'], { EPICENTER_URL: api.url });
    const [, wide, narrow, marked] = out.split('\n');
    // Three wide letters take the six columns of `abcdef`; a letter with a mark takes one.
    expect(wide).toMatch(/^a {6}岡崎市 {3}active/);
    expect(narrow).toMatch(/^b {6}abcdef {3}active/);
    expect(marked).toMatch(/^c {6}e\u0301bcdef {3}active/);
  });
});
