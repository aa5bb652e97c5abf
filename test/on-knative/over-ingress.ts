// Calls a cluster-local service from outside of the cluster: at the ingress for what is inside, by its name in the Host header.
// (fetch would replace that header.)
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as ask } from 'node:http';

/** where `full` of shared/cluster has the ingress for calls from inside */
const INTERNAL = '10.96.0.81';
const agent = new Agent({ keepAlive: true });

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal;
}

/** Rejects when the connection breaks before the answer is whole. */
export async function askService(service: string, asked: Asked = {}): Promise<Response> {
  const { method = 'GET', path = '/', body, signal } = asked;
  const host = `${service}.epicenter.svc.cluster.local`;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const headers = { ...asked.headers, ...length, host };
  const asking = ask({ host: INTERNAL, agent, method, path, headers, signal });
  asking.end(body);
  const [answer]: IncomingMessage[] = await once(asking, 'response');
  const parts: Buffer[] = [];
  for await (const part of answer!) parts.push(part as Buffer);
  const status = answer!.statusCode!;
  const empty = status === 204 || status === 304;
  return new Response(empty ? null : Buffer.concat(parts), { status, headers: textHeaders(answer!) });
}

function textHeaders({ headers }: IncomingMessage): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  );
}
