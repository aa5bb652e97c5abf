// One route of the JSON API: what the app serves and what the OpenAPI document says of it, in one value.
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import { Problem, problemResponse } from './problem.ts';

export interface Answer {
  readonly says: string;
  /** by media type; undefined where the body is not JSON */
  readonly content: Readonly<Record<string, z.ZodType | undefined>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** as OpenAPI writes it: `/api/events/{code}` */
  readonly path: string;
  readonly summary: string;
  readonly query: z.ZodObject | undefined;
  readonly body: z.ZodType | undefined;
  readonly ifMatch: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  /** statuses of problem documents that this route may answer */
  readonly problems: readonly number[];
  readonly handle: (c: Context) => Promise<Response>;
}

/** Serves the routes; any other method on their paths is answered 405 with `Allow` (RFC 9110, 15.5.6). */
export function mount(app: Hono, routes: readonly Route[]): void {
  for (const [path, group] of Map.groupBy(routes, (route) => route.path)) {
    const served = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const route of group) app.on(route.method.toUpperCase(), served, route.handle);
    const allow = group.flatMap(({ method }) =>
      method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
    );
    app.all(served, (c) => {
      const problem = new Problem(405, `${c.req.method} is not for this. What is: ${allow.join(', ')}.`);
      return problemResponse(problem, { allow: allow.join(', ') });
    });
  }
}

export const json = (says: string, schema: z.ZodType, headers: Answer['headers'] = {}): Answer => ({
  says,
  content: { 'application/json': schema },
  headers,
});
