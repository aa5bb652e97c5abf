// A gateway of one's own: what it is asked at an address of this machine it asks a cluster-local service.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { askService } from './over-ingress.ts';

export interface Gateway {
  readonly url: string;
  close(): void;
}

export async function openGateway(service: string): Promise<Gateway> {
  const listener = getRequestListener(async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const { method, headers } = request;
    return askService(service, {
      method,
      path: `${pathname}${search}`,
      headers: Object.fromEntries(headers),
      ...(body.length > 0 && { body }),
    });
  });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
