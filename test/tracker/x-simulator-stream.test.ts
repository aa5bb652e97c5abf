import { mkdtempSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { objectOf, objectsOf } from '../../eventing/post.ts';
import { sampleEvents } from '../../tracker/x-simulator/sample-events.ts';
import { addRules, call, read, simulate } from './x-simulator-calls.ts';

const EVERYTHING =
  'flood OR flooding OR dam OR presa OR ダム OR blackout OR 停電 OR shelter OR refugio OR 避難';
const file = (): string => path.join(mkdtempSync(path.join(tmpdir(), 'x-simulator-')), 'record.jsonl');

interface Entry {
  readonly at: string;
  readonly matching: readonly string[];
  readonly line: string;
  readonly malformed?: boolean;
  readonly control?: boolean;
}
function recordOf(name: string): Entry[] {
  const entries: Entry[] = [];
  for (const line of readFileSync(name, 'utf8').split('\n').slice(0, -1)) entries.push(JSON.parse(line));
  return entries;
}
const wouldBeSent = (entry: Entry): boolean =>
  entry.matching.length > 0 || entry.malformed === true || entry.control === true;
const grouped = (keyword: string): string => (keyword.startsWith('"') ? keyword : `(${keyword})`);
const made = (id: number, text: string): string =>
  JSON.stringify({ data: { id: String(id), text, entities: {} }, includes: {} });

describe('the stream of the simulator', () => {
  it('sends a matching post within half a second, each on a line that ends with CRLF', async () => {
    await using x = await simulate();
    await addRules(x.url, ...sampleEvents.map((event) => event.keywords.map(grouped).join(' OR ')));
    const reader = await read(x.url);
    expect(reader.status).toBe(200);
    expect(reader.headers['transfer-encoding']).toBe('chunked');
    expect(reader.headers['x-rate-limit-limit']).toBe('50');
    await vi.waitFor(() => expect(reader.lines().length).toBeGreaterThan(0), { timeout: 1000, interval: 20 });
    await sleep(1000);
    for (const line of reader.text().split('\r\n')) expect(line).not.toContain('\n');
    reader.close();
  });

  it('sends only what matches, naming every rule that does', async () => {
    const posts = [made(1, 'a flood'), made(2, 'sun'), made(3, 'dam and flood'), '{"cut', made(4, 'end dam')];
    await using x = await simulate({ posts: [...posts, ...posts, ...posts], rate: 20 });
    await call(x.url, 'POST', '/simulator/pause');
    await addRules(x.url, 'flood', 'dam');
    const reader = await read(x.url);
    await call(x.url, 'POST', '/simulator/resume');
    const state = async (): Promise<unknown> => (await call(x.url, 'GET', '/simulator')).body;
    await vi.waitFor(async () => expect(await state()).toMatchObject({ generated: 15 }), { timeout: 5000 });
    await vi.waitFor(() => expect(reader.lines().at(-1)).toContain('end dam'));
    const last = reader.lines().slice(-4);
    expect(last[2]).toBe('{"cut');
    const tags = [last[0]!, last[1]!, last[3]!].map((line) => {
      const message = objectOf(JSON.parse(line));
      return [
        objectOf(message['data'])['id'],
        ...objectsOf(message['matching_rules']).map((rule) => rule['tag']),
      ];
    });
    expect(tags).toEqual([['1', 'tag-0'], ['3', 'tag-0', 'tag-1'], ['4', 'tag-1']]); // prettier-ignore
    reader.close();
  });

  it('gives a second reader 429 TooManyConnections, and takes it once the first has left', async () => {
    await using x = await simulate();
    await addRules(x.url, 'flood');
    const first = await read(x.url);
    const second = await call(x.url, 'GET', '/2/tweets/search/stream');
    expect(second).toMatchObject({ status: 429, body: { connection_issue: 'TooManyConnections' } });
    expect(second.headers.get('x-rate-limit-remaining')).toBe('48');
    first.close();
    await vi.waitFor(async () => {
      const third = await read(x.url);
      third.close();
      expect(third.status).toBe(200);
    });
  });

  it('sends a CRLF in silence', async () => {
    await using x = await simulate({ posts: [], keepAliveMs: 50 });
    await addRules(x.url, 'flood');
    const reader = await read(x.url);
    await vi.waitFor(() => expect(reader.text()).toMatch(/^(\r\n){3,}$/));
    reader.close();
  });

  it('applies new and deleted rules after the delay', async () => {
    const posts = Array.from({ length: 400 }, (_, index) => made(index, 'flood and dam'));
    const record = file();
    await using x = await simulate({ posts, rate: 100, ruleDelayMs: 500, record });
    await addRules(x.url, 'flood');
    const added = Date.now();
    await vi.waitFor(() => expect(recordOf(record).some(wouldBeSent)).toBe(true), {
      timeout: 3000,
      interval: 20,
    });
    const deleted = Date.now();
    await call(x.url, 'POST', '/2/tweets/search/stream/rules', { delete: { values: ['flood'] } });
    await sleep(1500);
    const times = recordOf(record).filter(wouldBeSent).map((entry) => Date.parse(entry.at)); // prettier-ignore
    expect(times[0]! - added).toBeGreaterThan(350);
    expect(times.at(-1)! - deleted).toBeGreaterThan(350);
    expect(times.at(-1)! - deleted).toBeLessThan(1200);
  });

  it('ends cleanly or with a reset when told to, and by X’s own call', async () => {
    await using x = await simulate();
    await addRules(x.url, 'flood');
    const cuts = [
      ['POST', '/simulator/disconnect', 'clean'],
      ['POST', '/simulator/disconnect?how=reset', 'broken'],
      ['DELETE', '/2/connections/filtered_stream', 'clean'],
    ] as const;
    for (const [method, route, how] of cuts) {
      const reader = await read(x.url);
      expect(await call(x.url, method, route)).toMatchObject({ status: 200 });
      expect(await reader.ended).toBe(how);
      expect((await call(x.url, 'GET', '/simulator')).body).toMatchObject({ connected: false });
    }
    expect((await call(x.url, 'POST', '/simulator/disconnect?how=gently')).status).toBe(400);
  });

  it('lets a reader go that does not read, long before memory is short', { timeout: 60_000 }, async () => {
    const heavy = made(1, `flood ${'x'.repeat(200_000)}`);
    const posts = Array.from({ length: 1000 }, () => heavy);
    await using x = await simulate({ posts, rate: 200 });
    await addRules(x.url, 'flood');
    const socket = net.connect(Number(new URL(x.url).port), '127.0.0.1');
    socket.on('error', () => undefined).pause();
    socket.write('GET /2/tweets/search/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\n\r\n');
    const state = async (): Promise<unknown> => (await call(x.url, 'GET', '/simulator')).body;
    const wait = { timeout: 15_000 };
    await vi.waitFor(async () => expect(await state()).toMatchObject({ connections: 1 }), wait);
    const gone = { connections: 1, connected: false };
    await vi.waitFor(async () => expect(await state()).toMatchObject(gone), wait);
    expect(Number(objectOf(await state())['delivered'])).toBeLessThan(500);
    socket.destroy();
  });

  it('goes on without a reader, and the record has what a reader got and all else', async () => {
    const record = file();
    await using x = await simulate({ record, rate: 300 });
    await vi.waitFor(() => expect(recordOf(record).length).toBeGreaterThan(20));
    await call(x.url, 'POST', '/simulator/pause');
    const before = recordOf(record).length;
    await addRules(x.url, EVERYTHING);
    const reader = await read(x.url);
    await call(x.url, 'POST', '/simulator/resume');
    await sleep(1500);
    await call(x.url, 'POST', '/simulator/pause');
    await sleep(200);
    const entries = recordOf(record);
    const sent = entries.slice(before).filter(wouldBeSent).map((entry) => entry.line); // prettier-ignore
    expect(sent.length).toBeGreaterThan(100);
    expect(reader.lines()).toEqual(sent);
    expect(entries.slice(0, before).every((entry) => entry.matching.length === 0)).toBe(true);
    expect((await call(x.url, 'GET', '/simulator')).body).toMatchObject({
      generated: entries.length,
      matching: entries.filter((entry) => entry.matching.length > 0).length,
      delivered: entries.filter((entry) => entry.matching.length > 0).length,
      connections: 1,
      paused: true,
    });
    reader.close();
  });
});
