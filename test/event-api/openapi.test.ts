// The OpenAPI document, walked and held against what the app serves.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openApi } from './fixture.ts';
import type { Api } from './fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: z.looseObject({}) })),
  requestBody: z
    .object({
      content: z.object({
        'application/json': z.object({ schema: z.object({ properties: z.looseObject({}) }) }),
      }),
    })
    .optional(),
  responses: z.record(z.string(), z.object({ description: z.string() })),
});
const described = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

const openapi = async (): Promise<z.infer<typeof described>> => {
  const response = await api.call('GET', '/api/openapi.json');
  return described.parse(await response.json());
};

describe('GET /api/openapi.json', () => {
  it('describes every route of the API and no other', async () => {
    const { openapi: version, paths } = await openapi();
    expect(version).toMatch(/^3\.1\./);
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = api.app.routes
      .filter(({ method, path }) => method !== 'ALL' && (path.startsWith('/api') || path === '/healthz'))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(listed.toSorted()).toEqual([...new Set(served)].toSorted());
    expect(listed).toContain('GET /api/events/{code}/tweets.jsonl');
    expect(listed).toHaveLength(15);
  });

  it('says of every operation its parameters and its answers', async () => {
    const { paths } = await openapi();
    const ids = new Set<string>();
    for (const [path, methods] of Object.entries(paths)) {
      for (const one of Object.values(methods)) {
        ids.add(one.operationId);
        expect(one.summary).not.toBe('');
        const inPath = one.parameters.filter((parameter) => parameter.in === 'path');
        expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
        expect(Object.keys(one.responses).some((status) => status.startsWith('2'))).toBe(true);
        for (const { description } of Object.values(one.responses)) expect(description).not.toBe('');
      }
    }
    expect(ids.size).toBe(15);
  });

  it('names the parameters and fields that are taken', async () => {
    const { paths } = await openapi();
    const tweets = paths['/api/events/{code}/tweets']!['get']!;
    const query = tweets.parameters.filter((parameter) => parameter.in === 'query');
    expect(query.map(({ name }) => name).toSorted()).toEqual(['cursor', 'limit', 'since', 'until']);
    expect(query.find(({ name }) => name === 'limit')?.schema).toMatchObject({
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 50,
    });
    const post = paths['/api/events']!['post']!;
    const fields = Object.keys(post.requestBody!.content['application/json'].schema.properties);
    expect(fields.toSorted()).toEqual(['catchUpHours', 'description', 'keywords', 'name']);
    expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(['201', '409', '413', '415', '422']));
    const patch = paths['/api/events/{code}']!['patch']!;
    expect(patch.parameters.map(({ name }) => name)).toContain('If-Match');
  });

  it('has only references that lead somewhere', async () => {
    const document = await openapi();
    const text = await (await api.call('GET', '/api/openapi.json')).text();
    const references = text.match(/"\$ref":"([^"]*)"/g) ?? [];
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      const name = /#\/components\/schemas\/(\w+)"$/.exec(reference)?.[1];
      expect(document.components.schemas).toHaveProperty(name ?? 'a reference elsewhere');
    }
  });
});
