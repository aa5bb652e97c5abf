// Serving on a real socket: drain, kept-alive connections, event streams.
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { afterEach, describe, expect, it } from 'vitest';
import { serveEventApi } from '../../functions/event-api/serve.ts';
import type { Serving } from '../../functions/event-api/serve.ts';
import { openApi, pause } from './fixture.ts';
import type { Api } from './fixture.ts';

const open: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function serve(app: Hono): Promise<Serving> {
  const serving = await serveEventApi({ app, host: '127.0.0.1', port: 0 });
  open.push(() => serving.close());
  return serving;
}

async function api(): Promise<Api> {
  const opened = await openApi();
  open.push(() => opened[Symbol.asyncDispose]());
  return opened;
}

describe('serveEventApi', () => {
  it('says where it is and serves there', async () => {
    const { url } = await serve((await api()).app);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const response = await fetch(`${url}/api/events`);
    expect(await response.json()).toEqual([]);
    expect(response.headers.get('keep-alive')).toBe('timeout=95');
  });

  it('refuses a port that is taken, naming HOST and PORT', async () => {
    const { url } = await serve(new Hono());
    const port = Number(new URL(url).port);
    await expect(serveEventApi({ app: new Hono(), host: '127.0.0.1', port })).rejects.toThrow(
      new RegExp(`HOST 127\\.0\\.0\\.1, PORT ${port}: .*EADDRINUSE`),
    );
  });

  it('answers what it has accepted before it closes, and takes nothing new', async () => {
    const app = new Hono();
    app.get('/slow', async (c) => {
      await pause(300);
      return c.text('whole');
    });
    const serving = await serve(app);
    const slow = fetch(`${serving.url}/slow`);
    await pause(100);
    const closed = serving.close();
    await pause(50);
    await expect(fetch(`${serving.url}/slow`)).rejects.toThrow();
    expect(await (await slow).text()).toBe('whole');
    await closed;
  });

  it('closes at once when connections are only kept alive, and closes twice', async () => {
    const serving = await serve((await api()).app);
    await (await fetch(`${serving.url}/healthz`)).text();
    const start = performance.now();
    await serving.close();
    await serving.close();
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('ends event streams in good form when it closes, and tells their source', async () => {
    const left = new AbortController();
    const app = new Hono();
    app.get('/live', (c) =>
      streamSSE(c, async (stream) => {
        stream.onAbort(() => {
          left.abort();
        });
        await stream.writeSSE({ data: 'first' });
        while (!left.signal.aborted) await stream.sleep(20);
      }),
    );
    const serving = await serve(app);
    const response = await fetch(`${serving.url}/live`);
    const text = response.text();
    await pause(100);
    await serving.close();
    expect(await text).toBe('data: first\n\n');
    expect(left.signal.aborted).toBe(true);
  });

  it('tells the source of an event stream when its reader goes', async () => {
    const left = new AbortController();
    const app = new Hono();
    app.get('/live', (c) =>
      streamSSE(c, async (stream) => {
        stream.onAbort(() => {
          left.abort();
        });
        while (!left.signal.aborted) {
          await stream.writeSSE({ data: 'more' });
          await stream.sleep(20);
        }
      }),
    );
    const { url } = await serve(app);
    const gone = new AbortController();
    const response = await fetch(`${url}/live`, { signal: gone.signal });
    await response.body!.getReader().read();
    gone.abort();
    await expect.poll(() => left.signal.aborted).toBe(true);
  });
});
