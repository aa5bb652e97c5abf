// A small HTTP server for what the simulator never does: the test says what each request gets.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Budget } from '../../tracker/budget.ts';
import { xRules } from '../../tracker/x-api.ts';
import { XSource } from '../../tracker/x-source.ts';
import type { Item } from '../../tracker/source.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';

export type Handler = (response: ServerResponse, body: string, request: IncomingMessage) => void;

export interface Misbehaving {
  readonly url: string;
  /** method and path of every request so far */
  readonly requests: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** `answers` by method and last part of the path, such as `GET rules`. */
export async function serve(answers: Readonly<Record<string, Handler>>): Promise<Misbehaving> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const name = `${request.method} ${request.url?.split('?')[0]?.split('/').at(-1)}`;
      requests.push(name);
      let body = '';
      for await (const chunk of request) body += String(chunk);
      answers[name]!(response, body, request);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address!.port : 0}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

const invalid = ({ value }: { value: string }) => ({
  value,
  title: 'UnprocessableEntity',
  details: [`${value} is too common`],
});

/** X's rules as X has them: `GET rules` and `POST rules`, with at most `most` of them, and none that `refuses` says. */
export function ruleBook(most = 1_000, refuses: (value: string) => boolean = () => false) {
  const rules: { id: string; value: string; tag: string }[] = [];
  let next = 1;
  const post: Handler = (response, body, request) => {
    const change = JSON.parse(body) as {
      add?: { value: string; tag: string }[];
      delete?: { ids: string[] };
    };
    if (change.delete !== undefined) {
      const { ids } = change.delete;
      const kept = rules.filter(({ id }) => !ids.includes(id));
      rules.splice(0, rules.length, ...kept);
      json(response, 200, { meta: { summary: { deleted: ids.length, not_deleted: 0 } } });
      return;
    }
    const wanted = change.add ?? [];
    const added = wanted.filter(
      ({ value }) => !refuses(value) && rules.every((rule) => rule.value !== value),
    );
    if (rules.length + added.length > most) {
      json(response, 422, { title: 'RulesCapExceeded', detail: 'Too many rules.', type: 'x/rule-cap' });
      return;
    }
    const dryRun = request.url!.includes('dry_run=true');
    if (!dryRun) rules.push(...added.map((rule) => ({ id: String(next++), ...rule })));
    const errors = wanted.filter(({ value }) => refuses(value)).map(invalid);
    json(response, 201, { meta: { summary: { created: added.length } }, errors });
  };
  return {
    rules,
    answers: {
      'GET rules': (response: ServerResponse) =>
        json(response, 200, rules.length === 0 ? {} : { data: rules }),
      'POST rules': post,
    },
  };
}

/** A stream that is open and sends `parts`, each as a chunk of its own, and then nothing. */
export function streaming(...parts: (string | Uint8Array)[]): Handler {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    void (async () => {
      for (const part of parts) {
        await new Promise((done) => setTimeout(done, 5));
        response.write(part);
      }
    })();
  };
}

export interface Reading {
  readonly source: XSource;
  readonly items: readonly Item[];
  stop(): Promise<void>;
}

/** Reads until it is stopped; what came is in `items`. */
export function reading(
  url: string,
  events: readonly CrisisEvent[],
  budget = new Budget(undefined, undefined, Date.now),
): Reading {
  const source = new XSource({
    name: 'x',
    baseUrl: url,
    bearerToken: 't',
    install: 'test',
    rules: xRules(url, 't'),
    budget,
    search: null,
  });
  source.want(events);
  const stopping = new AbortController();
  const items: Item[] = [];
  const done = (async () => {
    for await (const some of source.read(stopping.signal)) items.push(...some);
  })();
  return {
    source,
    items,
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}
