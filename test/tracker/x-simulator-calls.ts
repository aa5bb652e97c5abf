// What tests of the simulator need: a running one on a free port, calls to it, and a reader of its stream.
import http from 'node:http';
import { startSimulator, type SimulatorOptions } from '../../tracker/x-simulator/server.ts';

export interface Reader {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** everything so far, as text */
  text(): string;
  /** complete lines so far, keep-alives left out */
  lines(): string[];
  /** resolves with how the stream ended */
  readonly ended: Promise<'clean' | 'broken'>;
  close(): void;
}

export type Simulated = Awaited<ReturnType<typeof startSimulator>> & AsyncDisposable;

export async function simulate(options: Partial<SimulatorOptions> = {}): Promise<Simulated> {
  const simulator = await startSimulator({ port: 0, seed: 1, ruleDelayMs: 0, ...options });
  return { ...simulator, [Symbol.asyncDispose]: () => simulator.close() };
}

/** A JSON call with a bearer token; a string is sent as it is. */
export async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown; headers: Headers }> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: 'Bearer made-up' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

export const addRules = async (url: string, ...values: string[]): Promise<unknown> =>
  (
    await call(url, 'POST', '/2/tweets/search/stream/rules', {
      add: values.map((value, index) => ({ value, tag: `tag-${index}` })),
    })
  ).body;

export async function read(url: string): Promise<Reader> {
  const request = http.get(`${url}/2/tweets/search/stream`, {
    agent: false,
    headers: { authorization: 'Bearer made-up' },
  });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  const parts: Buffer[] = [];
  response.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<'clean' | 'broken'>((resolve) => {
    response.once('end', () => resolve('clean')).once('error', () => resolve('broken'));
  });
  const text = (): string => Buffer.concat(parts).toString('utf8');
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    lines: () => text().split('\r\n').slice(0, -1).filter((line) => line !== ''), // prettier-ignore
    ended,
    close: () => request.destroy(),
  };
}
