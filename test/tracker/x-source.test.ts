import { describe, expect, it } from 'vitest';
import type { Item } from '../../tracker/source.ts';
import { makeEvent } from '../factories.ts';
import { json, reading, ruleBook, serve, streaming, type Handler, type Reading } from './x-server.ts';

const flood = makeEvent({ code: 'flood', keywords: ['flood'] });
const kinds = (items: readonly Item[]): string[] => items.map(({ kind }) => kind);
const messages = (items: readonly Item[]): string[] =>
  items.flatMap((item) => (item.kind === 'message' ? [Buffer.from(item.bytes).toString()] : []));
const problems = (items: readonly Item[]): (string | null)[] =>
  items.flatMap((item) => (item.kind === 'state' ? [item.problem] : []));

async function read(
  stream: Handler,
  work: (reading: Reading, requests: readonly string[]) => Promise<void>,
): Promise<void> {
  await using server = await serve({ ...ruleBook().answers, 'GET stream': stream });
  const running = reading(server.url, [flood]);
  try {
    await work(running, server.requests);
  } finally {
    await running.stop();
  }
}

const post = (id: number, text = 'flood'): string => JSON.stringify({ data: { id: String(id), text } });

describe('XSource, whatever the bytes come in', () => {
  it('keeps messages whose line end comes alone, and does not glue them together', async () => {
    await read(
      streaming(post(1), '\r\n', '\r\n', post(2), '\r', '\n', `${post(3)}\r\n${post(4)}\n`),
      async ({ items }) => {
        await expect.poll(() => messages(items)).toEqual([1, 2, 3, 4].map((id) => post(id)));
      },
    );
  });

  it('keeps characters that are cut by the end of a chunk', async () => {
    const line = Buffer.from(`${post(1, '洪水 🌊 inundación')}\r\n`);
    await read(streaming(...Array.from(line, (byte) => Uint8Array.of(byte))), async ({ items }) => {
      await expect.poll(() => messages(items), { timeout: 5_000 }).toEqual([line.toString().trim()]);
    });
  });

  it('hands on what is left of a line that is cut, says that the stream is lost, and connects again', async () => {
    let connects = 0;
    const cut: Handler = (response) => {
      connects += 1;
      response.writeHead(200);
      response.write(`${post(1)}\r\n${post(2).slice(0, 9)}`);
      setTimeout(() => (connects === 1 ? response.socket?.resetAndDestroy() : undefined), 50);
    };
    await read(cut, async ({ items }) => {
      await expect.poll(() => connects, { timeout: 5_000 }).toBe(2);
      expect(messages(items).slice(0, 2)).toEqual([post(1), post(2).slice(0, 9)]);
      expect(kinds(items).filter((kind) => kind === 'lost' || kind === 'connected')).toEqual([
        'connected',
        'lost',
        'connected',
      ]);
    });
  });
});

const tooMany: Handler = (response) => json(response, 429, { detail: 'maximum allowed connection limit' });

const hanging: Handler = (response) => {
  response.writeHead(503);
  response.write('{"detail":"');
};

describe('XSource, when it may not listen', () => {
  it('waits a minute and more after 429, however X words it', async () => {
    await read(tooMany, async ({ items }, requests) => {
      await expect.poll(() => problems(items)).toContain('X answered 429: maximum allowed connection limit');
      await new Promise((done) => setTimeout(done, 3_000));
      expect(requests.filter((name) => name === 'GET stream')).toHaveLength(1);
    });
  });

  it('is not held up by an answer that says 503 and never ends', { timeout: 40_000 }, async () => {
    await read(hanging, async ({ items }) => {
      await expect.poll(() => problems(items), { timeout: 15_000 }).toContain('X answered 503');
    });
  });

  it('says so when a server takes the connection and never answers', { timeout: 40_000 }, async () => {
    await read(
      () => undefined,
      async ({ items }) => {
        await expect
          .poll(() => problems(items), { timeout: 15_000 })
          .toContain('cannot connect: no answer within 10 s');
      },
    );
  });

  it('makes its rules again at once when X says that there are none', async () => {
    const book = ruleBook();
    const stream: Handler = (response, ...rest) => {
      if (book.rules.length === 0) json(response, 409, { detail: 'You must define rules.' });
      else streaming(`${post(1)}\r\n`)(response, ...rest);
    };
    let posted = 0;
    const forgetful: Handler = (response, ...rest) => {
      book.answers['POST rules'](response, ...rest);
      posted += 1;
      // Somebody else deletes them.
      if (posted === 1) setTimeout(() => book.rules.splice(0), 20);
    };
    await using server = await serve({
      ...book.answers,
      'POST rules': forgetful,
      'GET stream': (response, ...rest) => setTimeout(() => stream(response, ...rest), 200),
    });
    const { items, stop } = reading(server.url, [flood]);
    await expect.poll(() => messages(items), { timeout: 10_000 }).toEqual([post(1)]);
    await stop();
    expect(posted).toBe(2);
  });
});

describe('XSource, when the rules cannot be had', () => {
  it('says so, keeps listening, and says so again when they can', { timeout: 40_000 }, async () => {
    const book = ruleBook();
    let broken = false;
    await using server = await serve({
      'POST rules': book.answers['POST rules'],
      'GET rules': (response) => {
        if (broken) response.end('<html>Service unavailable</html>');
        else book.answers['GET rules'](response);
      },
      'GET stream': (response) => {
        response.writeHead(200);
        const beat = setInterval(() => response.write('\r\n'), 100);
        response.once('close', () => clearInterval(beat));
      },
    });
    const { items, source, stop } = reading(server.url, [flood]);
    const last = (): Item | undefined =>
      items.findLast(({ kind }) => kind === 'state' || kind === 'connected');
    await expect.poll(() => kinds(items)).toContain('connected');
    broken = true;
    source.want([flood, makeEvent({ code: 'dam', keywords: ['dam'] })]);
    await expect.poll(last, { timeout: 5_000 }).toMatchObject({
      state: 'connected',
      problem: expect.stringContaining("X's rules cannot be read") as string,
    });
    broken = false;
    await expect.poll(last, { timeout: 15_000 }).toMatchObject({ state: 'connected', problem: null });
    await stop();
    expect(book.rules).toHaveLength(2);
  });
});
