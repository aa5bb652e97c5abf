// The export: whole minutes of messages as they were received, on a socket and without.
import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApi, pause, serveApi, tweetAt } from './fixture.ts';
import type { Api } from './fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
  await api.make('Flood');
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

// Five of one flood, one of a fire: three minutes in two hours of one day, one on the next.
const five = ['22:10:05', '22:10:30', '22:59:59', '23:00:00'].map((clock, n) =>
  tweetAt('flood', String(n + 1), `2012-10-29T${clock}.000Z`),
);
five.push(tweetAt('flood', '5', '2012-10-30T00:00:00.000Z'));
const save = (): Promise<unknown> =>
  api.store.saveTweets([...five, tweetAt('fire', '9', '2012-10-29T22:10:06.000Z')]);

const line = (n: number): string => `{"id_str":"${n}","text":"tweet ${n}"}\n`;
const get = (query = '', method = 'GET'): Promise<Response> =>
  api.call(method, `/api/events/flood/tweets.jsonl${query}`);

async function ask(url: string): Promise<{ outgoing: ClientRequest; response: IncomingMessage }> {
  const outgoing = request(url).end();
  return new Promise((resolve) => outgoing.once('response', (response) => resolve({ outgoing, response })));
}

async function* broken(): AsyncGenerator<Uint8Array[]> {
  yield await Promise.reject(new Error('the disk is gone'));
}

async function* failing(): AsyncGenerator<Uint8Array[]> {
  yield [Buffer.from('{"id_str":"1"}')];
  await pause(20);
  yield [Buffer.from('{"id_str":"2"}')];
  throw new Error('the disk is gone');
}

describe('GET /api/events/{code}/tweets.jsonl', () => {
  it('of an event without tweets is empty and has no next', async () => {
    const response = await get();
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(response.headers.get('link')).toBeNull();
    expect(await response.text()).toBe('');
  });

  it('gives whole minutes, oldest first, and a Link exactly while there is more', async () => {
    await save();
    const first = await get();
    expect(await first.text()).toBe(line(1) + line(2));
    const link = /^<(\/api\/events\/flood\/tweets\.jsonl)(\?.*)>; rel="next"$/.exec(
      first.headers.get('link') ?? '',
    );
    expect(new URLSearchParams(link?.[2]).get('since')).toBe('2012-10-29T22:59:00.000Z');
    const second = await get(link?.[2]);
    expect(await second.text()).toBe(line(3) + line(4));
    const third = await get(/<[^?]*(\?.*)>/.exec(second.headers.get('link') ?? '')?.[1]);
    expect(await third.text()).toBe(line(5));
    expect(third.headers.get('link')).toBeNull();
  });

  it('carries until on to the next part', async () => {
    await save();
    const response = await get('?until=2012-10-29T23:30:00Z');
    expect(response.headers.get('link')).toContain('until=2012-10-29T23%3A30%3A00.000Z');
    expect(
      (await get('?since=2012-10-29T22:59:00Z&until=2012-10-29T23:30:00Z')).headers.get('link'),
    ).toBeNull();
  });

  it('says with HEAD whether there is more, without a body', async () => {
    await save();
    const response = await get('', 'HEAD');
    expect(response.headers.get('link')).toContain('rel="next"');
    expect(await response.text()).toBe('');
  });

  it('gives the bytes as they were received', async () => {
    const raw = Buffer.concat([
      Buffer.from('{ "id_str" : "1",\t"text":"caf\\u00e9 é'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    await api.store.saveTweets([{ ...five[0]!, raw }]);
    const body = Buffer.from(await (await get()).arrayBuffer());
    expect(body.equals(Buffer.concat([raw, Buffer.from('\n')]))).toBe(true);
  });

  it('reads no further ahead than its reader', async () => {
    let reads = 0;
    async function* endless(): AsyncGenerator<Uint8Array[]> {
      for (;;) {
        reads += 1;
        yield [Buffer.alloc(1_000, 'x')];
      }
    }
    const store = { ...api.store, messages: async () => ({ chunks: endless(), rest: undefined }) };
    await using slow = await openApi({ store });
    const { body } = await slow.call('GET', '/api/events/flood/tweets.jsonl');
    const reader = body!.getReader();
    for (let n = 0; n < 3; n += 1) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reads).toBeLessThanOrEqual(4);
    await reader.cancel();
  });

  it('answers 500 when the very first read fails', async () => {
    const store = { ...api.store, messages: async () => ({ chunks: broken(), rest: undefined }) };
    await using other = await openApi({ store });
    expect((await other.call('GET', '/api/events/flood/tweets.jsonl')).status).toBe(500);
  });
});

describe('An export on a socket', () => {
  it('that fails in the middle breaks off, so that nobody takes a part for the whole', async () => {
    const store = { ...api.store, messages: async () => ({ chunks: failing(), rest: undefined }) };
    await using served = await serveApi({ store });
    const { response } = await ask(`${served.url}/api/events/flood/tweets.jsonl`);
    let body = '';
    response.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    await expect(once(response, 'end')).rejects.toThrow('aborted');
    expect(response.complete).toBe(false);
    expect(body).toMatch(/^\{"id_str":"1"\}\n(?:\{"id_str":"2"\}\n)?$/);
  });

  it('lets go of the store when its reader leaves in the middle', async () => {
    let released = false;
    async function* endless(): AsyncGenerator<Uint8Array[]> {
      try {
        for (;;) {
          await pause(1);
          yield [Buffer.alloc(100_000, 'x')];
        }
      } finally {
        released = true;
      }
    }
    const store = { ...api.store, messages: async () => ({ chunks: endless(), rest: undefined }) };
    await using served = await serveApi({ store });
    const { outgoing, response } = await ask(`${served.url}/api/events/flood/tweets.jsonl`);
    await once(response, 'data');
    outgoing.destroy();
    await expect.poll(() => released).toBe(true);
  });

  it('gives 20,000 messages whole and in order', async () => {
    await using served = await serveApi({ store: api.store });
    const tweets = Array.from({ length: 20_000 }, (_, n) =>
      tweetAt('flood', String(100_000 + n), '2012-10-29T22:10:05.000Z', 'x'.repeat(500)),
    );
    await api.store.saveTweets(tweets);
    const text = await (await fetch(`${served.url}/api/events/flood/tweets.jsonl`)).text();
    expect(text).toBe(tweets.map(({ raw }) => `${Buffer.from(raw).toString()}\n`).join(''));
  });
});
