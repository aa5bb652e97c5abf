// A small search/recent for what the simulator never does: posts of known times, whose words are matched as plainly as can be.
import type { ServerResponse } from 'node:http';
import { idAt } from '../factories.ts';
import { json, serve, type Misbehaving } from './x-server.ts';

export interface Kept {
  readonly id: string;
  readonly text: string;
}

export interface Archive extends Misbehaving {
  readonly posts: Kept[];
  /** what was asked for, parameter by parameter */
  readonly asked: URLSearchParams[];
  /** answers in place of pages, first come first served; undefined: a page */
  readonly instead: (((response: ServerResponse) => void) | undefined)[];
  /** called before a page is sent */
  before: () => void | Promise<void>;
}

export const postAt = (ms: number, text: string, n = 0): Kept => ({ id: idAt(ms, n), text });

/** A message as X writes it, with what a second writing of the same JSON would lose. */
export const rawPost = ({ id, text }: Kept): string =>
  `{ "id":"${id}","text":"${text} \\u00e9\\/", "created_at" : "2026-03-01T12:00:00.000Z","author_id":"7"}`;

/** A query is clauses joined by OR, each of one word in quotes. */
const finds = (query: string, text: string): boolean =>
  query.split(' OR ').some((clause) => text.split(' ').includes(clause.replaceAll('"', '')));

export async function archive(posts: readonly Kept[]): Promise<Archive> {
  const kept = [...posts];
  const asked: URLSearchParams[] = [];
  const instead: Archive['instead'] = [];
  const page = (response: ServerResponse, query: URLSearchParams): void => {
    const [since, until] = [query.get('since_id')!, query.get('until_id')!].map(BigInt);
    const all = kept
      .filter(({ id }) => BigInt(id) > since! && BigInt(id) < until!)
      .filter(({ text }) => finds(query.get('query')!, text))
      .toSorted((a, b) => (BigInt(a.id) > BigInt(b.id) ? -1 : 1));
    const found = all.slice(0, Number(query.get('max_results')));
    const token = all.length > found.length ? ',"next_token":"more"' : '';
    const data = found.length === 0 ? '' : `"data":[${found.map(rawPost).join(' ,\n')}],`;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`{${data}"meta":{"result_count":${found.length}${token}}}`);
  };
  const server = await serve({
    'GET recent': (response, _, request) => {
      const query = new URL(request.url!, 'http://x').searchParams;
      asked.push(query);
      const other = instead.shift();
      void (async () => {
        await result.before();
        if (other === undefined) page(response, query);
        else other(response);
      })();
    },
  });
  const result: Archive = Object.assign(server, { posts: kept, asked, instead, before: () => undefined });
  return result;
}

export const refusing =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse): void => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    json(response, status, body);
  };
