// Serves the app on a socket of its own, and stops without cutting off what it has accepted.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Service } from '../opening.ts';
import { endWith } from './stream-end.ts';

// Proxies reuse idle connections for 90 s (facts/knative §2.5); ours must not end first.
const KEEP_ALIVE_MS = 95_000;
// What a Knative revision gives an answer; a reader who is slower than that is left.
const DRAIN_MS = 240_000;
const SWEEP_MS = 50;

export interface Serving {
  /** without a slash at its end */
  readonly url: string;
  /** Takes no new connection, ends event streams, resolves when every accepted request is answered. */
  close(): Promise<void>;
}

/** `port` 0 takes a free one. Rejects, naming both, when the address cannot be had. */
export async function serveEventApi(options: {
  readonly app: Pick<Service, 'fetch'>;
  readonly host: string;
  readonly port: number;
}): Promise<Serving> {
  const { app, host, port } = options;
  const stopping = new AbortController();
  const listener = getRequestListener(async (request, env) =>
    endWith(stopping.signal, await app.fetch(request, env)),
  );
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw new Error(`The page cannot be served at HOST ${host}, PORT ${port}: ${String(cause)}`, { cause });
  }
  return { url: urlOf(server), close: () => close(server, stopping) };
}

function urlOf(server: Server): string {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

async function close(server: Server, stopping: AbortController): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  stopping.abort();
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const patience = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(patience);
}
