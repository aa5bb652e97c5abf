import http from 'node:http';
import { TwitterApi, type ITwitterApiClientPlugin } from 'twitter-api-v2';
import { describe, expect, it } from 'vitest';
import { objectOf, objectsOf } from '../../eventing/post.ts';
import { addRules, call, simulate } from './x-simulator-calls.ts';

const RULES = '/2/tweets/search/stream/rules';
const rulesOf = async (url: string, query = ''): Promise<unknown> =>
  (await call(url, 'GET', `${RULES}${query}`)).body;
const valuesOf = async (url: string): Promise<unknown[]> =>
  objectsOf(objectOf(await rulesOf(url))['data']).map((rule) => rule['value']);

describe('the simulator', () => {
  it('asks for a bearer token on every call of X', async () => {
    await using x = await simulate();
    for (const path of [RULES, '/2/tweets/search/stream', `${RULES}/counts`]) {
      const response = await fetch(`${x.url}${path}`);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ title: 'Unauthorized', status: 401 });
    }
  });

  it('answers 404 for what it does not have, and 409 for a stream without rules', async () => {
    await using x = await simulate();
    expect(await call(x.url, 'GET', '/2/nothing')).toMatchObject({ status: 404 });
    expect(await call(x.url, 'GET', '//')).toMatchObject({ status: 404 });
    const refused = await call(x.url, 'GET', '/2/tweets/search/stream');
    expect(refused).toMatchObject({
      status: 409,
      body: { title: 'ConnectionException', connection_issue: 'RuleConfigurationIssue' },
    });
  });

  it('tells its rate limits', async () => {
    await using x = await simulate();
    await rulesOf(x.url);
    const { headers } = await call(x.url, 'GET', RULES);
    expect(headers.get('x-rate-limit-limit')).toBe('450');
    expect(headers.get('x-rate-limit-remaining')).toBe('448');
    expect(Number(headers.get('x-rate-limit-reset'))).toBeGreaterThan(Date.now() / 1000 + 890);
  });
});

describe('the rules of the simulator', () => {
  it('have no data when there are none', async () => {
    await using x = await simulate();
    const body = objectOf(await rulesOf(x.url));
    expect(body).toEqual({ meta: { sent: expect.any(String), result_count: 0 } });
  });

  it('are added, listed by pages and ids, counted, and deleted by id and by value', async () => {
    await using x = await simulate();
    const added = await call(x.url, 'POST', RULES, {
      add: [{ value: 'flood', tag: 'one' }, { value: 'dam' }, { value: '"power cut" OR 停電', tag: 'three' }],
    });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({
      data: [
        { value: 'flood', tag: 'one' },
        { value: 'dam' },
        { value: '"power cut" OR 停電', tag: 'three' },
      ],
      meta: { summary: { created: 3, not_created: 0, valid: 3, invalid: 0 } },
    });
    const [flood, dam] = objectsOf(objectOf(added.body)['data']);
    expect(await rulesOf(x.url, `?ids=${String(dam!['id'])}`)).toMatchObject({ data: [dam] });
    expect(await rulesOf(x.url, '?max_results=2')).toMatchObject({
      meta: { result_count: 2, next_token: '2' },
    });
    expect(await rulesOf(x.url, '?max_results=2&pagination_token=2')).toMatchObject({
      data: [{ tag: 'three' }],
      meta: { result_count: 1 },
    });
    expect((await call(x.url, 'GET', `${RULES}/counts`)).body).toMatchObject({
      data: { cap_per_client_app: 1000, cap_per_project: 1000, project_rules_count: 3 },
    });
    const byId = await call(x.url, 'POST', RULES, { delete: { ids: [flood!['id'], '99'] } });
    expect(byId.status).toBe(200);
    expect(byId.body).toMatchObject({ meta: { summary: { deleted: 1, not_deleted: 1 } }, errors: [{}] });
    const byValue = await call(x.url, 'POST', RULES, { delete: { values: ['dam'] } });
    expect(byValue.body).toMatchObject({ meta: { summary: { deleted: 1, not_deleted: 0 } } });
    expect(await valuesOf(x.url)).toEqual(['"power cut" OR 停電']);
  });

  it('are known by their value: the same one again is a DuplicateRule with 201, whatever its tag', async () => {
    await using x = await simulate();
    await addRules(x.url, 'flood');
    const again = await call(x.url, 'POST', RULES, { add: [{ value: 'flood', tag: 'another' }] });
    expect(again.status).toBe(201);
    expect(again.body).not.toHaveProperty('data');
    expect(again.body).toMatchObject({
      meta: { summary: { created: 0, not_created: 1, valid: 0, invalid: 1 } },
      errors: [{ value: 'flood', title: 'DuplicateRule', id: expect.stringMatching(/^\d+$/) }],
    });
    expect(await rulesOf(x.url)).toMatchObject({ data: [{ value: 'flood', tag: 'tag-0' }] });
  });

  it('that are invalid are errors with 200, and harm no valid one beside them', async () => {
    await using x = await simulate();
    const bad = await call(x.url, 'POST', RULES, { add: [{ value: '--b' }] });
    expect(bad.status).toBe(200);
    expect(bad.body).toMatchObject({
      errors: [{ value: '--b', title: 'UnprocessableEntity', details: [expect.any(String)] }],
    });
    const mixed = await call(x.url, 'POST', RULES, { add: [{ value: 'the' }, { value: 'flood' }] });
    expect(mixed.status).toBe(201);
    expect(mixed.body).toMatchObject({ data: [{ value: 'flood' }], errors: [{ value: 'the' }] });
    expect(await valuesOf(x.url)).toEqual(['flood']);
  });

  it('stay as they are in a dry run', async () => {
    await using x = await simulate();
    await addRules(x.url, 'flood');
    const tried = await call(x.url, 'POST', `${RULES}?dry_run=true`, { add: [{ value: 'dam' }] });
    expect(tried).toMatchObject({ status: 201, body: { meta: { summary: { created: 1 } } } });
    await call(x.url, 'POST', `${RULES}?dry_run=true`, { delete: { values: ['flood'] } });
    expect(await valuesOf(x.url)).toEqual(['flood']);
  });

  it('are at most 1,000, and a request for more takes none', async () => {
    await using x = await simulate();
    await addRules(x.url, ...Array.from({ length: 999 }, (_, index) => `word${index}`));
    const refused = await call(x.url, 'POST', RULES, { add: [{ value: 'one' }, { value: 'two' }] });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.body).toMatchObject({ title: 'RulesCapExceeded' });
    expect(await valuesOf(x.url)).toHaveLength(999);
  });

  it.each([
    '',
    'no JSON',
    '[]',
    '{}',
    '{"add":[]}',
    '{"add":[{"tag":"x"}]}',
    '{"delete":{}}',
    '{"add":[{"value":1}]}',
  ])('refuse the body %j with 400', async (body) => {
    await using x = await simulate();
    const refused = await call(x.url, 'POST', RULES, body);
    expect(refused).toMatchObject({ status: 400, body: { title: 'Invalid Request' } });
  });
});

describe("twitter-api-v2's own calls", () => {
  it('add, list, try and delete rules of the simulator', async () => {
    await using x = await simulate();
    const plugin: ITwitterApiClientPlugin = {
      onBeforeRequestConfig(request) {
        request.params.url = request.params.url.replace('https://api.x.com', x.url);
        return undefined;
      },
    };
    const agent = new http.Agent({ keepAlive: false });
    const { v2 } = new TwitterApi('made-up', { plugins: [plugin], httpAgent: agent, compression: false });
    expect((await v2.streamRules()).data).toBeUndefined();
    const added = await v2.updateStreamRules({ add: [{ value: 'flood', tag: 'one' }, { value: '-dam' }] });
    expect(added.meta.summary).toEqual({ created: 1, not_created: 1, valid: 1, invalid: 1 });
    expect(added.errors).toHaveLength(1);
    await v2.updateStreamRules({ add: [{ value: 'dam' }] }, { dry_run: true });
    const { data } = await v2.streamRules();
    expect(data).toEqual([{ id: expect.stringMatching(/^\d+$/), value: 'flood', tag: 'one' }]);
    const deleted = await v2.updateStreamRules({ delete: { ids: [data[0]!.id] } });
    expect(deleted.meta.summary).toEqual({ deleted: 1, not_deleted: 0 });
    expect((await v2.streamRules()).meta).toMatchObject({ result_count: 0 });
  });
});
