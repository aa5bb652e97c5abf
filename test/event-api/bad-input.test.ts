// Bad input: a clear answer that names what is wrong, and nothing else harmed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApi, problemOf } from './fixture.ts';
import type { Api } from './fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const good = { name: 'Flood', keywords: ['flood'] };

describe('The body of POST /api/events', () => {
  it.each([
    ['a missing name', { keywords: ['flood'] }, ['name']],
    ['missing keywords', { name: 'Flood' }, ['keywords']],
    ['a name that is a number', { ...good, name: 5 }, ['name']],
    ['a name that is null', { ...good, name: null }, ['name']],
    ['a blank name', { ...good, name: ' \t ' }, ['name']],
    ['a name of 121 characters', { ...good, name: 'x'.repeat(121) }, ['name']],
    ['a NUL in the name', { ...good, name: 'Flood\u0000' }, ['name']],
    ['a line break in the name', { ...good, name: 'Flood\nX-Evil: 1' }, ['name']],
    ['a lone surrogate in the name', '{"name":"\\ud800 flood","keywords":["flood"]}', ['name']],
    ['keywords that are a string', { ...good, keywords: 'flood' }, ['keywords']],
    ['no keyword', { ...good, keywords: [] }, ['keywords']],
    ['an empty keyword', { ...good, keywords: ['flood', ''] }, ['keywords.1']],
    ['a blank keyword', { ...good, keywords: ['a', 'b', 'c', '   '] }, ['keywords.3']],
    [
      'keywords of punctuation only',
      { ...good, keywords: ['#', '!!!', '"..."'] },
      ['keywords.0', 'keywords.1', 'keywords.2'],
    ],
    ['a control character in a keyword', { ...good, keywords: ['flo\u0007od'] }, ['keywords.0']],
    ['a keyword that is an object', { ...good, keywords: [{ a: 1 }] }, ['keywords.0']],
    ['a keyword of 121 characters', { ...good, keywords: ['x'.repeat(121)] }, ['keywords.0']],
    ['a description that is too long', { ...good, description: 'x'.repeat(2_001) }, ['description']],
    ['unknown fields', { ...good, keyword: 1, status: 'active' }, ['keyword', 'status']],
    ['__proto__', '{"name":"Flood","keywords":["flood"],"__proto__":{"status":"purged"}}', ['__proto__']],
    ['an array', [good], ['body']],
    ['a string', '"Flood"', ['body']],
    ['null', 'null', ['body']],
  ])('with %s is answered 422, naming it', async (_, body, fields) => {
    const problem = await problemOf(await api.call('POST', '/api/events', body));
    expect(problem.status).toBe(422);
    expect(problem.fields).toEqual(fields);
    expect(await api.store.events()).toEqual([]);
  });

  it('with 10,000 keywords is answered 422 that says the limit', async () => {
    const keywords = Array.from({ length: 10_000 }, (_, n) => `word ${n}`);
    const problem = await problemOf(await api.call('POST', '/api/events', { ...good, keywords }));
    expect(problem).toMatchObject({ status: 422, fields: ['keywords'] });
    expect(problem.messages[0]).toContain('500');
  });

  it('with 10,000 bad keywords gets a short answer', async () => {
    const keywords = Array.from({ length: 10_000 }, () => '#');
    const response = await api.call('POST', '/api/events', { ...good, keywords });
    expect(response.status).toBe(422);
    expect((await response.text()).length).toBeLessThan(4_000);
  });

  it('with 500 keywords of 120 characters is taken', async () => {
    const keywords = Array.from({ length: 500 }, (_, n) => String(n).padStart(120, 'k'));
    expect((await api.call('POST', '/api/events', { ...good, keywords })).status).toBe(201);
  });

  it.each(['', '{', '{"name":', '[1,]', 'name=Flood', '{"a":1}{"b":2}', '\u0000'])(
    'that is %j and no JSON is answered 400',
    async (body) => {
      const response = await api.call('POST', '/api/events', body, { 'content-type': 'application/json' });
      expect(await problemOf(response)).toMatchObject({ status: 400, fields: ['body'] });
    },
  );

  it('that is not UTF-8 is answered 400', async () => {
    const response = await api.app.request('/api/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    });
    expect(await problemOf(response)).toMatchObject({ status: 400, fields: ['body'] });
  });

  it('nested 100,000 deep is answered 422', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const response = await api.call('POST', '/api/events', `{"name":"x","keywords":${deep}}`);
    expect(await problemOf(response)).toMatchObject({ status: 422, fields: ['keywords.0'] });
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'text/json;application/json'])(
    'of type %s is answered 415',
    async (type) => {
      const response = await api.app.request('/api/events', {
        method: 'POST',
        headers: type === undefined ? {} : { 'content-type': type },
        body: Buffer.from(JSON.stringify(good)),
      });
      expect(await problemOf(response)).toMatchObject({ status: 415, fields: ['header Content-Type'] });
    },
  );

  it('of type application/json with a charset is taken', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect((await api.call('POST', '/api/events', good, headers)).status).toBe(201);
  });

  it.each([{ 'content-length': '300000' }, { 'transfer-encoding': 'chunked' }])(
    'of 300,000 bytes with %j is answered 413',
    async (headers) => {
      const response = await api.call('POST', '/api/events', `"${'x'.repeat(299_998)}"`, headers);
      expect(await problemOf(response)).toMatchObject({ status: 413, fields: ['body'] });
    },
  );

  it('has quotes and markup kept as they are', async () => {
    const body = { name: '<script>alert("1")</script>', keywords: [`"it's" <b>`], description: '& \n\t "' };
    const event = await (await api.call('POST', '/api/events', body)).json();
    expect(event).toMatchObject({ name: body.name, keywords: body.keywords, description: '& \n\t "' });
  });
});

describe('The body of PATCH', () => {
  it.each([
    [{ code: 'other' }, ['code']],
    [{ version: 3 }, ['version']],
    [{ status: 'deleted' }, ['status']],
    [{ status: 1 }, ['status']],
    [{ keywords: null }, ['keywords']],
  ])('%j is answered 422', async (body, fields) => {
    await api.make('Flood');
    const problem = await problemOf(await api.call('PATCH', '/api/events/flood', body));
    expect(problem).toMatchObject({ status: 422, fields });
    expect((await api.store.event('flood'))?.version).toBe(1);
  });
});

describe('A query', () => {
  it.each([
    ['tweets?limit=0', 'limit'],
    ['tweets?limit=1001', 'limit'],
    ['tweets?limit=ten', 'limit'],
    ['tweets?limit=1.5', 'limit'],
    ['tweets?limit=', 'limit'],
    ['tweets?limit=5&limit=6', 'limit'],
    ['tweets?since=yesterday', 'since'],
    ['tweets?since=2012-10-29', 'since'],
    ['tweets?until=2012-02-30T00:00:00Z', 'until'],
    ['tweets?cursor=nonsense', 'cursor'],
    ['tweets?cursor=', 'cursor'],
    ['tweets?sinc=2012-10-29T00:00:00Z', 'sinc'],
    ['tweets.jsonl?limit=5', 'limit'],
    ['tweets.jsonl?since=1', 'since'],
    ['counts?step=week', 'step'],
    ['counts?until=never', 'until'],
  ])('%s is answered 400, naming %s', async (query, field) => {
    await api.make('Flood');
    const problem = await problemOf(await api.call('GET', `/api/events/flood/${query}`));
    expect(problem).toMatchObject({ status: 400, fields: [field] });
  });
});

describe('An address', () => {
  it.each(['', '/tweets', '/tweets.jsonl', '/counts', '/gaps'])(
    'of an event that is not there is answered 404 (%s)',
    async (rest) => {
      for (const code of ['none', '%00', '%E0%A4', '..%2f..', "';drop table event"]) {
        expect((await problemOf(await api.call('GET', `/api/events/${code}${rest}`))).status).toBe(404);
      }
    },
  );

  it('below /api that is none of ours is answered 404', async () => {
    for (const path of ['/api', '/api/', '/api/tweets', '/api/events/flood/tweets/1', '/api/events/']) {
      expect((await problemOf(await api.call('GET', path))).status).toBe(404);
    }
  });

  it('asked with the wrong method is answered 405 with what is allowed', async () => {
    const response = await api.call('PUT', '/api/events/flood', good);
    expect(response.headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE');
    expect((await problemOf(response)).status).toBe(405);
    expect((await api.call('DELETE', '/api/events')).status).toBe(405);
    expect((await api.call('GET', '/api/refresh')).status).toBe(405);
  });
});
