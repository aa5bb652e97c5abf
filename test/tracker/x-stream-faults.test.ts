// What X says of its own stream, and what it leaves unsaid: when listening begins and ends, and in whose time.
import { describe, expect, it } from 'vitest';
import type { Item } from '../../tracker/source.ts';
import { faultOf } from '../../tracker/x-faults.ts';
import { makeEvent } from '../factories.ts';
import { json, reading, ruleBook, serve, streaming, type Handler, type Reading } from './x-server.ts';

const flood = makeEvent({ code: 'flood', keywords: ['flood'] });
const post = (id: number): string => `${JSON.stringify({ data: { id: String(id), text: 'flood' } })}\r\n`;
const OPERATIONAL = JSON.stringify({
  errors: [
    {
      title: 'operational-disconnect',
      disconnect_type: 'UpstreamOperationalDisconnect',
      detail: 'This stream has been disconnected upstream for operational reasons.',
      type: 'https://api.x.com/2/problems/operational-disconnect',
    },
  ],
});

const of = <K extends Item['kind']>(items: readonly Item[], kind: K): Extract<Item, { kind: K }>[] =>
  items.filter((item): item is Extract<Item, { kind: K }> => item.kind === kind);

/** `stream` handles each connect, counted from 1. */
async function read(
  stream: (nth: number) => Handler,
  more: Readonly<Record<string, Handler>>,
  work: (reading: Reading, requests: readonly string[]) => Promise<void>,
): Promise<void> {
  let connects = 0;
  const each: Handler = (...call) => stream((connects += 1))(...call);
  await using server = await serve({ ...ruleBook().answers, ...more, 'GET stream': each });
  const running = reading(server.url, [flood]);
  try {
    await work(running, server.requests);
  } finally {
    await running.stop();
  }
}

const empty: Handler = (response) => {
  response.writeHead(200);
  response.flushHeaders();
  setTimeout(() => response.socket?.destroy(), 20);
};

const busy: Handler = (response) =>
  json(response, 429, { title: 'ConnectionException', connection_issue: 'TooManyConnections' });

const limit = (n: number): string => `{"limit":{"track":${n}}}\r\n`;

describe('faultOf', () => {
  it('ends the stream on X’s word, with what it says', () => {
    expect(faultOf(Buffer.from(OPERATIONAL))).toEqual({
      kind: 'end',
      failure: { kind: 'closed' },
      reason:
        'X ended the stream: operational-disconnect: This stream has been disconnected upstream for operational reasons.',
    });
    const capped = {
      errors: [{ title: 'UsageCapExceeded', type: 'https://api.x.com/2/problems/usage-capped' }],
    };
    expect(faultOf(Buffer.from(JSON.stringify(capped)))).toMatchObject({ failure: { kind: 'refused' } });
    const full = { title: 'ConnectionException', connection_issue: 'TooManyConnections' };
    expect(faultOf(Buffer.from(JSON.stringify(full)))).toMatchObject({
      failure: { kind: 'too-many-connections' },
    });
    expect(faultOf(Buffer.from('{"disconnect":{"code":12,"reason":"shed load"}}'))).toMatchObject({
      reason: 'X ended the stream: shed load',
    });
  });

  it.each([
    post(1),
    '{"matching_rules":[],"data":{"id":"1","text":"a"},"errors":[{"type":"x/operational-disconnect"}]}',
    '{"errors":[{"title":"Not Found Error","type":"https://api.x.com/2/problems/resource-not-found"}]}',
    '{"delete":{"status":{"id":1}}}',
    'not JSON',
    '[]',
    '{"data":{"id":"1"',
  ])('lets %s pass', (line) => {
    expect(faultOf(Buffer.from(line))).toBeUndefined();
  });

  it('counts what X held back', () => {
    expect(faultOf(Buffer.from('{"limit":{"track":1234,"timestamp_ms":"1"}}'))).toEqual({
      kind: 'held-back',
      posts: 1234,
    });
  });
});

describe('XSource', () => {
  it('leaves a stream that X has ended, also when the socket stays open, and connects again at once', async () => {
    const first = streaming(post(1), `${OPERATIONAL}\r\n`, post(2));
    await read(
      (nth) => (nth === 1 ? first : streaming(post(3))),
      {},
      async ({ items }) => {
        await expect.poll(() => of(items, 'connected'), { timeout: 6_000 }).toHaveLength(2);
        const [lost] = of(items, 'lost');
        expect(lost?.reason).toContain('operational-disconnect');
        expect(of(items, 'message').map(({ bytes }) => Buffer.from(bytes).toString())).toContain(OPERATIONAL);
      },
    );
  });

  it('is connected from its first byte on: a connection without any changes nothing', async () => {
    await read(
      (nth) => (nth < 3 ? empty : streaming('\r\n')),
      {},
      async ({ items }) => {
        await expect.poll(() => of(items, 'connected'), { timeout: 15_000 }).toHaveLength(1);
        expect(of(items, 'lost')).toEqual([]);
      },
    );
  });

  it('has X close the connection of a tracker that died, once, and then gets its own', async () => {
    let freed = 0;
    const free: Handler = (response) => {
      freed += 1;
      json(response, 200, { data: [] });
    };
    const stream = (): Handler => (freed === 0 ? busy : streaming(post(1)));
    await read(stream, { 'DELETE filtered_stream': free }, async ({ items }, requests) => {
      await expect.poll(() => of(items, 'connected'), { timeout: 12_000 }).toHaveLength(1);
      expect(requests.filter((name) => name === 'DELETE filtered_stream')).toHaveLength(1);
    });
  });

  it('tells times in X’s clock', async () => {
    const hour = 3_600_000;
    const stream: Handler = (response, ...rest) => {
      response.setHeader('date', new Date(Date.now() + hour).toUTCString());
      streaming(post(1))(response, ...rest);
    };
    await read(
      () => stream,
      {},
      async ({ items }) => {
        await expect.poll(() => of(items, 'connected')).toHaveLength(1);
        const [connected] = of(items, 'connected');
        expect(Math.abs(connected!.at - hour - Date.now())).toBeLessThan(5_000);
        expect(Math.abs(connected!.aheadMs - hour)).toBeLessThan(2_000);
      },
    );
  });

  it('says that posts are held back since it last heard, and is told once', async () => {
    await read(
      () => streaming(post(1), limit(1), limit(5), post(2), limit(9)),
      {},
      async ({ items }) => {
        await expect.poll(() => of(items, 'message'), { timeout: 5_000 }).toHaveLength(5);
        // Whatever X held back before its rules are known to be in force is in the gap of the beginning.
        const told = of(items, 'uncollected');
        expect(told).toHaveLength(1);
        expect(told[0]!.reason).toContain('held back');
      },
    );
  });
});
