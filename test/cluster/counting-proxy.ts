// Stands between a controller and the API server: counts the requests, and can stop one before or after it takes effect.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as ask } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Space } from './cluster.ts';

export interface Proxy {
  readonly url: string;
  /** `METHOD /path?query` of every request since the last `clear` */
  readonly requests: readonly string[];
  clear(): void;
  /** called with each request before it is passed on and before its answer is; what it waits for, the request waits for */
  watch: (request: string, when: 'before' | 'after') => Promise<void>;
  close(): Promise<void>;
}

export async function openProxy({ server, ca }: Space): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true, ca });
  const requests: string[] = [];
  const proxy: Proxy = {
    url: '',
    requests,
    clear: () => void requests.splice(0),
    watch: async () => undefined,
    async close() {
      listening.closeAllConnections();
      listening.close();
      agent.destroy();
    },
  };
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const title = `${incoming.method} ${incoming.url}`;
    requests.push(title);
    const body: Buffer[] = [];
    for await (const chunk of incoming) body.push(chunk);
    await proxy.watch(title, 'before');
    const { host: _, ...headers } = incoming.headers;
    const passed = ask(`${server}${incoming.url}`, { agent, method: incoming.method, headers });
    passed.end(Buffer.concat(body));
    const [answer]: IncomingMessage[] = await once(passed, 'response');
    const said: Buffer[] = [];
    for await (const chunk of answer!) said.push(chunk);
    await proxy.watch(title, 'after');
    outgoing.writeHead(answer!.statusCode!, answer!.headers).end(Buffer.concat(said));
  };
  const listening = createServer((incoming, outgoing) => {
    // Whoever asked gets what a dead connection says.
    pass(incoming, outgoing).catch(() => incoming.socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  return Object.assign(proxy, { url: `http://127.0.0.1:${port}` });
}
