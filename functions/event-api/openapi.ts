// The OpenAPI 3.1 document, derived from the routes and the schemas that check what they are given.
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { PROBLEM_JSON, problemDocument } from './problem.ts';
import type { Answer, Route } from './route.ts';

type Document = Record<string, unknown>;

const SECURITY = {
  bearer: { type: 'http', scheme: 'bearer', description: 'API_TOKEN, where one is set.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'epicenter_session',
    description: 'What POST /session sets.',
  },
};

export function openapi(routes: readonly Route[]): Document {
  const paths: Record<string, Document> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: '3.1.0',
    info: { title: 'Epicenter event API', version: '1', license: { name: 'MIT', identifier: 'MIT' } },
    security: [{}, { bearer: [] }, { session: [] }],
    paths,
    components: { securitySchemes: SECURITY, schemas: { Problem: schemaOf(problemDocument, 'output') } },
  };
}

function operation(route: Route): Document {
  const open = !route.path.startsWith('/api/');
  const problems = open ? route.problems : [401, 403, ...route.problems, 500];
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(open ? { security: [] } : {}),
    parameters: [...inPath(route.path), ...inQuery(route.query), ...(route.ifMatch ? [IF_MATCH] : [])],
    ...(route.body === undefined ? {} : { requestBody: body(route.body) }),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, it]) => [status, answer(it)])),
      ...Object.fromEntries(problems.map((status) => [status, problem(status)])),
    },
  };
}

function operationId({ method, path }: Route): string {
  const words = path.split(/[^a-z]+/).filter((word) => word !== '' && word !== 'api');
  return [method, ...words].join('-');
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'An ETag of this event; 412 when it is not the newest.',
  schema: { type: 'string', pattern: '^(\\*|"[1-9][0-9]*")$' },
};

function inPath(path: string): Document[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function inQuery(query: z.ZodObject | undefined): Document[] {
  if (query === undefined) return [];
  const { properties = {} } = schemaOf(query, 'input');
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function body(schema: z.ZodType): Document {
  return { required: true, content: { 'application/json': { schema: schemaOf(schema, 'input') } } };
}

function answer({ says, content, headers }: Answer): Document {
  return {
    description: says,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, description]) => [
        name,
        { description, schema: { type: 'string' } },
      ]),
    ),
    content: Object.fromEntries(
      Object.entries(content).map(([type, schema]) => [
        type,
        schema === undefined ? {} : { schema: schemaOf(schema, 'output') },
      ]),
    ),
  };
}

function problem(status: number): Document {
  return {
    description: STATUS_CODES[status] ?? 'Error',
    content: { [PROBLEM_JSON]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): z.core.JSONSchema.BaseSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
