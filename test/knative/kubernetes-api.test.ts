// How one call fares with a server that is busy, against a real socket. test/cluster asks a real API server.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Unavailable } from '../../knative/cluster.ts';
import { sender } from '../../knative/kubernetes-api.ts';

let server: Server;
afterEach(() => void server.close());

/** Answers with these in turn, the last one for ever; says when it was asked. */
async function answering(...answers: [status: number, headers?: Record<string, string>][]) {
  const asked: number[] = [];
  server = createServer((_request, response) => {
    const [status, headers = {}] = answers[Math.min(asked.push(performance.now()), answers.length) - 1]!;
    response.writeHead(status, headers).end(JSON.stringify({ message: `said ${status}` }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const access = {
    server: `http://127.0.0.1:${port}`,
    namespace: 'default',
    credentials: async () => ({}),
    close: () => undefined,
  };
  return { asked, send: sender(access, { inAll: 3_000, once: 1_000 }) };
}

const call = { method: 'GET', path: '/' } as const;

it('sender waits as long as a busy server asks for, and asks again', async () => {
  const { asked, send } = await answering([429, { 'retry-after': '1' }], [200]);
  expect((await send(call)).status).toBe(200);
  expect(asked[1]! - asked[0]!).toBeGreaterThan(950);
});

it('sender gives up at once when it is to wait for longer than it may', async () => {
  const { asked, send } = await answering([503, { 'retry-after': '60' }]);
  await expect(send(call)).rejects.toThrow(Unavailable);
  expect(asked).toHaveLength(1);
});

it('sender gives up after its time, in the server’s words', async () => {
  const { asked, send } = await answering([503]);
  const began = performance.now();
  await expect(send(call)).rejects.toThrow('said 503');
  expect(performance.now() - began).toBeLessThan(3_500);
  expect(asked.length).toBeGreaterThan(3);
});

it('sender asks once where the answer is about the call itself', async () => {
  const { asked, send } = await answering([409]);
  expect((await send(call)).status).toBe(409);
  expect(asked).toHaveLength(1);
});
