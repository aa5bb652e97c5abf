import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { objectOf, objectsOf, type Json } from '../../eventing/post.ts';
import { addRules, arrived, call, idsOf, listening, read, simulate } from './x-simulator-calls.ts';
import { manualClock } from './x-simulator-clock.ts';

const STREAM = '/2/tweets/search/stream';
const start = Date.parse('2026-09-01T12:00:00Z');
const dataOf = (answer: { body: unknown }): readonly Json[] => objectsOf(objectOf(answer.body)['data']);

describe('the one connection of the simulator', () => {
  it('closes for a newer one where that is asked for', async () => {
    const { x, reader } = await listening({ secondConnect: 'replace' });
    await using _ = x;
    const second = await read(x.url);
    expect(second.status).toBe(200);
    expect(await reader.ended).toBe('clean');
    const id = x.push('flood');
    await arrived(second, 1);
    expect(idsOf(second)).toEqual([id]);
    second.close();
  });

  it('is believed in for a while after its reader has left, until it is killed', async () => {
    const { x, reader } = await listening({ lingerMs: 60_000 });
    await using _ = x;
    reader.close();
    await sleep(100);
    const refused = await call(x.url, 'GET', STREAM);
    expect(refused).toMatchObject({ status: 429, body: { connection_issue: 'TooManyConnections' } });
    const killed = await call(x.url, 'DELETE', '/2/connections/filtered_stream');
    expect(killed.body).toMatchObject({ data: { successful_kills: 1, failed_kills: 0 } });
    const again = await read(x.url);
    expect(again.status).toBe(200);
    x.fault({ do: 'linger', ms: 200 });
    again.close();
    await vi.waitFor(async () => {
      const third = await read(x.url);
      third.close();
      expect(third.status).toBe(200);
    });
  });

  it('is listed while it is there and afterwards, and is killed by its id', async () => {
    const { x, reader } = await listening();
    await using _ = x;
    const listed = async (status: string): Promise<readonly Json[]> =>
      dataOf(await call(x.url, 'GET', `/2/connections?status=${status}`));
    const [active] = await listed('active');
    expect(active).toEqual({
      id: expect.any(String),
      endpoint_name: 'filtered_stream',
      connected_at: expect.any(String),
      client_ip: '127.0.0.1',
    });
    const uuids = [active!['id'], 'nobody'];
    expect((await call(x.url, 'DELETE', '/2/connections', { uuids })).body).toMatchObject({
      data: {
        successful_kills: 1,
        failed_kills: 1,
        results: [{ success: true }, { uuid: 'nobody', success: false }],
      },
    });
    expect(await reader.ended).toBe('clean');
    expect(await listed('active')).toEqual([]);
    expect(await listed('inactive')).toMatchObject([
      { id: active!['id'], disconnect_reason: 'killed by the app' },
    ]);
    expect(await call(x.url, 'DELETE', '/2/connections', { ids: [] })).toMatchObject({ status: 400 });
    expect((await call(x.url, 'DELETE', '/2/connections/all')).body).toMatchObject({
      data: { successful_kills: 0 },
    });
  });
});

describe('the limits of the simulator', () => {
  it('allow 50 connects in a quarter of an hour, then 429 until the window ends', async () => {
    const clock = manualClock(start);
    await using x = await simulate({ posts: [], clock });
    for (let times = 0; times < 50; times += 1) expect((await call(x.url, 'GET', STREAM)).status).toBe(409);
    await clock.advance(14 * 60_000);
    const refused = await call(x.url, 'GET', STREAM);
    expect(refused).toMatchObject({ status: 429, body: { title: 'Too Many Requests' } });
    expect(refused.headers.get('x-rate-limit-remaining')).toBe('0');
    expect(refused.headers.get('x-rate-limit-reset')).toBe(String(start / 1000 + 900));
    expect(x.calls().filter(({ status }) => status === 429)).toEqual([
      { at: start + 14 * 60_000, call: `GET ${STREAM}`, status: 429 },
    ]);
    await clock.advance(60_000);
    expect((await call(x.url, 'GET', STREAM)).status).toBe(409);
  });

  it('are told and not enforced where nobody wants them', async () => {
    await using x = await simulate({ posts: [], rateLimits: false });
    for (let times = 0; times < 26; times += 1) await call(x.url, 'DELETE', '/2/connections/all');
    const answer = await call(x.url, 'DELETE', '/2/connections/all');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-rate-limit-remaining')).toBe('0');
  });
});

describe('the time of the simulator', () => {
  it('is the clock that it is given: rules, keep-alives, ids and headers', async () => {
    const clock = manualClock(start);
    await using x = await simulate({ posts: [], clock, ruleDelayMs: 20_000 });
    await addRules(x.url, 'flood');
    const reader = await read(x.url);
    expect(Date.parse(String(reader.headers['date']))).toBe(start);
    x.push('flood too early');
    await clock.advance(20_000);
    const id = x.push('flood in force');
    await arrived(reader, 1);
    expect(idsOf(reader)).toEqual([id]);
    expect(Number(BigInt(id) >> 22n) + 1_288_834_974_657).toBe(start + 20_000);
    await clock.advance(60_000);
    expect(reader.text().split('\r\n').filter((line) => line === '')).toHaveLength(1 + 1 + 3); // prettier-ignore
    expect(x.expected()).toEqual([
      { seq: 1, id, at: start + 20_000, tags: ['tag-0'], retweet: false, sent: 1 },
    ]);
    reader.close();
  });

  it('lets a day of crisis and cuts pass in seconds', { timeout: 60_000 }, async () => {
    const clock = manualClock(start, 3);
    const posts = Array.from({ length: 1_440 }, (_, minute) =>
      JSON.stringify({ data: { id: '1', text: `flood ${minute}` }, includes: {} }),
    );
    const faults = Array.from(
      { length: 24 },
      (_, hour) => ({ do: 'cut', at: (hour + 0.5) * 3_600_000 }) as const,
    );
    await using x = await simulate({ posts, rate: 1 / 60, restamp: true, clock });
    await addRules(x.url, 'flood');
    x.fault(...faults);
    let reader = await read(x.url);
    let got = 0;
    for (let hour = 0; hour < 24; hour += 1) {
      await clock.advance(3_600_000);
      await reader.ended;
      got += reader.lines().length;
      reader = await read(x.url);
    }
    expect(x.state()).toMatchObject({ generated: 1_440, matching: 1_440, connections: 25 });
    expect(x.state().now).toBe('2026-09-02T12:00:00.000Z');
    expect(got).toBe(x.expected().filter(({ sent }) => sent > 0).length);
    expect(Math.abs(got - 720)).toBeLessThan(30);
    reader.close();
  });
});
