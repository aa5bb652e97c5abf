// Who may call: this machine's own pages on loopback, a token's bearer elsewhere.
import { describe, expect, it } from 'vitest';
import { openApi, problemOf } from './fixture.ts';
import type { Api } from './fixture.ts';

const TOKEN = 'correct-horse-battery-staple';
const body = { name: 'Flood', keywords: ['flood'] };
const publicly = (): Promise<Api> => openApi({ access: { loopback: false, token: TOKEN } });

async function signIn(api: Api, token = TOKEN, headers: Record<string, string> = {}): Promise<Response> {
  return api.app.request('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({ token }).toString(),
  });
}
const cookieOf = (response: Response): string => response.headers.get('set-cookie')?.split(';')[0] ?? '';

describe('On loopback', () => {
  it.each([
    ['127.0.0.1:8080', 200],
    ['127.0.0.1', 200],
    ['localhost:8080', 200],
    ['LOCALHOST', 200],
    ['[::1]:8080', 200],
    ['evil.example', 403],
    ['evil.example:8080', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['192.168.1.5:8080', 403],
    ['0.0.0.0:8080', 403],
  ])('the host %s is answered %i, whatever is asked', async (host, status) => {
    await using api = await openApi();
    for (const path of ['/api/events', '/healthz']) {
      const response = await api.call('GET', path, undefined, { host });
      expect(response.status).toBe(status);
      if (status === 403) expect((await problemOf(response)).fields).toEqual(['header Host']);
    }
  });

  it.each([
    ['http://127.0.0.1:8080', 201],
    ['http://localhost:8080', 403],
    ['http://127.0.0.1:9090', 403],
    ['https://127.0.0.1:8080', 403],
    ['http://evil.example', 403],
    ['null', 403],
    ['', 403],
  ])('a page of the origin %s is answered %i', async (origin, status) => {
    await using api = await openApi();
    const headers = { host: '127.0.0.1:8080', origin };
    const response = await api.call('POST', '/api/events', body, headers);
    expect(response.status).toBe(status);
    expect(await api.store.events()).toHaveLength(status === 201 ? 1 : 0);
    if (status === 403) {
      expect((await problemOf(response)).fields).toEqual(['header Origin']);
      expect((await api.call('GET', '/api/events', undefined, headers)).status).toBe(403);
      expect((await api.call('POST', '/deliveries', body, headers)).status).toBe(403);
    }
  });

  it('a form that a browser can send without asking first is not taken by the API', async () => {
    await using api = await openApi();
    const headers = { 'content-type': 'text/plain' };
    expect((await api.call('POST', '/api/events', JSON.stringify(body), headers)).status).toBe(415);
  });

  it('with a token set, both are asked for', async () => {
    await using api = await openApi({ access: { loopback: true, token: TOKEN } });
    expect((await api.call('GET', '/api/events')).status).toBe(401);
    const bearer = { authorization: `Bearer ${TOKEN}` };
    expect((await api.call('GET', '/api/events', undefined, bearer)).status).toBe(200);
    expect(
      (await api.call('GET', '/api/events', undefined, { ...bearer, host: 'evil.example' })).status,
    ).toBe(403);
  });
});

describe('With a token', () => {
  it.each([
    [undefined, 401],
    ['Bearer wrong', 401],
    [`Bearer ${TOKEN}x`, 401],
    [`Basic ${TOKEN}`, 401],
    [TOKEN, 401],
    ['Bearer', 401],
    [`Bearer ${TOKEN}`, 200],
    [`bearer ${TOKEN}`, 200],
  ])('Authorization: %s is answered %i', async (authorization, status) => {
    await using api = await publicly();
    const headers = authorization === undefined ? {} : { authorization };
    for (const path of ['/api/events', '/api/status', '/api/openapi.json']) {
      const response = await api.call('GET', path, undefined, { host: 'news.example', ...headers });
      expect(response.status).toBe(status);
      if (status === 401) {
        expect(response.headers.get('www-authenticate')).toContain('Bearer');
        expect((await problemOf(response)).fields).toEqual(['header Authorization']);
      }
    }
  });

  it('leaves open what says nothing, what is cluster-local, and what signing in needs', async () => {
    await using api = await publicly();
    expect((await api.call('GET', '/healthz')).status).toBe(200);
    expect((await api.call('GET', '/session')).status).toBe(200);
    expect((await api.call('POST', '/deliveries', body)).status).toBe(422);
    expect((await api.call('GET', '/assets/icon.svg')).status).toBe(200);
    expect((await api.call('GET', '/assets/../api/events')).status).toBe(401);
    expect((await api.call('GET', '/healthz/../api/events')).status).toBe(401);
    expect((await api.call('GET', '//api/events')).status).toBe(401);
  });

  it('sends a person who opens a page to the place where to sign in', async () => {
    await using api = await publicly();
    const response = await api.call('GET', '/events/flood', undefined, { accept: 'text/html,*/*' });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/session');
    const form = await (await api.call('GET', '/session')).text();
    expect(form).toContain('action="/session"');
    expect(form).toContain('name="token"');
  });

  it('keeps a session in a cookie that scripts cannot read and that does not hold the token', async () => {
    await using api = await publicly();
    const response = await signIn(api);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/');
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain('Secure');
    expect(cookie).not.toContain(TOKEN);
    expect(cookie).not.toContain(Buffer.from(TOKEN).toString('base64url'));
    const asked = await api.call('GET', '/api/events', undefined, { cookie: cookieOf(response) });
    expect(asked.status).toBe(200);
  });

  it('makes the cookie Secure when the request came over https', async () => {
    await using api = await publicly();
    const response = await signIn(api, TOKEN, { 'x-forwarded-proto': 'https' });
    expect(response.headers.get('set-cookie')).toContain('; Secure');
  });

  it('takes no other token and no cookie of another one', async () => {
    await using api = await publicly();
    const refused = await signIn(api, 'wrong');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('set-cookie')).toBeNull();
    expect(await refused.text()).toContain('This is not the token.');
    await using other = await openApi({ access: { loopback: false, token: 'another' } });
    const cookie = cookieOf(await signIn(other, 'another'));
    expect((await api.call('GET', '/api/events', undefined, { cookie })).status).toBe(401);
  });

  it('lets a session change things only from its own pages', async () => {
    await using api = await publicly();
    const cookie = cookieOf(await signIn(api));
    const create = async (headers: Record<string, string>): Promise<number> =>
      (await api.call('POST', '/api/events', body, { cookie, host: 'news.example', ...headers })).status;
    expect(await create({})).toBe(403);
    expect(await create({ origin: 'https://evil.example' })).toBe(403);
    expect(await create({ origin: 'null' })).toBe(403);
    expect(await api.store.events()).toEqual([]);
    expect(await create({ origin: 'https://news.example', 'x-forwarded-proto': 'https' })).toBe(201);
  });

  it('lets nobody sign another person in from a foreign page', async () => {
    await using api = await publicly();
    expect((await signIn(api, TOKEN, { origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('Every answer', () => {
  it('carries the security headers, also an error', async () => {
    await using api = await openApi();
    const asked = [
      api.call('GET', '/'),
      api.call('GET', '/api/events'),
      api.call('GET', '/api/none'),
      api.call('POST', '/api/events', '{'),
      api.call('GET', '/api/events', undefined, { host: 'evil.example' }),
      api.call('GET', '/assets/icon.svg'),
    ];
    for (const { headers } of await Promise.all(asked)) {
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy.split('; ').toSorted()).toEqual([
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self'",
      ]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('referrer-policy')).toBe('same-origin');
    }
  });
});
