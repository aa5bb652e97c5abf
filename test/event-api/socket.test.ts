// What comes over a socket and is no good: bodies too large, requests that are none.
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serveApi } from './fixture.ts';

describe('A body over 256 KB', () => {
  it.each(['with its length said', 'in chunks'])('is answered 413 %s', async (how) => {
    await using api = await serveApi();
    const { url } = api;
    const body = `"${'x'.repeat(300_000)}"`;
    const response = await fetch(`${url}/api/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(how === 'in chunks' ? { body: new Blob([body]).stream(), duplex: 'half' } : { body }),
    });
    expect(response.status).toBe(413);
    expect((await fetch(`${url}/api/events`)).status).toBe(200);
  });

  it('without an end is not waited for', async () => {
    await using api = await serveApi();
    const { url } = api;
    const outgoing = request(`${url}/api/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    });
    outgoing.on('error', () => {});
    const answered = new Promise<IncomingMessage>((resolve) => outgoing.once('response', resolve));
    const writing = setInterval(() => outgoing.write(Buffer.alloc(64_000, 'x')), 5);
    const response = await answered;
    clearInterval(writing);
    outgoing.destroy();
    expect(response.statusCode).toBe(413);
  });
});

describe('A request that is no HTTP of ours', () => {
  it.each([
    'GET /api/events HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    'GET /api/events HTTP/1.1\r\nHost: a b\r\n\r\n',
    'GET /api/events HTTP/1.1\r\n\r\n',
    'GET http://evil.example/api/events HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    'GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n',
    'nonsense\r\n\r\n',
  ])('%j is refused and harms nothing', async (text) => {
    await using api = await serveApi();
    const { url } = api;
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(text);
    const data = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect(data.toString()).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await fetch(`${url}/api/events`)).status).toBe(200);
  });
});
