// Who may call. On loopback: this machine, but no web page of another origin and none that points its own name at us
// (DNS rebinding, CSRF). With a token: whoever carries it or a session that it opened.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { secureHeaders } from 'hono/secure-headers';
import { isLoopback } from './config.ts';
import type { Access } from './config.ts';
import { signInPage } from './pages/sign-in.ts';
import { Problem, problemResponse } from './problem.ts';

export const SESSION = 'epicenter_session';
const THIRTY_DAYS_S = 30 * 24 * 3_600;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** On every answer. `same-origin` rather than `no-referrer`: with that, browsers send `Origin: null` with our own forms. */
export const headers: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
  referrerPolicy: 'same-origin',
  xFrameOptions: 'DENY',
  // Whether a name is served over https only is its owner's decision.
  strictTransportSecurity: false,
});

/** Throws a {@link Problem}: 403 for a foreign Host or Origin, 401 without token or session. */
export function guard({ loopback, token }: Access): MiddlewareHandler {
  return async (c, next) => {
    if (loopback) {
      requireOwnHost(c);
      requireOwnOrigin(c);
    }
    if (token === undefined || isOpen(c.req.path) || carriesToken(c, token)) return next();
    if (!carriesSession(c, token)) return unauthorized(c);
    if (!SAFE.has(c.req.method)) requireOwnOrigin(c, 'present');
    return next();
  };
}

/** `/healthz` says nothing, `/deliveries` is cluster-local, the rest is what signing in needs. */
function isOpen(path: string): boolean {
  return path === '/healthz' || path === '/deliveries' || path === '/session' || path.startsWith('/assets/');
}

function requireOwnHost(c: Context): void {
  const host = c.req.header('host');
  // Nothing that came over the network lacks it: HTTP/1.1 demands it.
  if (host === undefined || isLoopback(host.replace(/:\d+$/, ''))) return;
  const message =
    'The name must be 127.0.0.1, localhost or [::1]. To be reached by others, set HOST and API_TOKEN.';
  throw new Problem(403, 'This name is not ours.', [{ field: 'header Host', message }]);
}

function requireOwnOrigin(c: Context, needed: 'present' | 'right' = 'right'): void {
  const origin = c.req.header('origin');
  if (origin === undefined ? needed === 'right' : origin === ownOrigin(c)) return;
  const message = `Pages of ${ownOrigin(c)} may call this, no others. A proxy that ends TLS must send X-Forwarded-Proto.`;
  throw new Problem(403, 'This call comes from a foreign page.', [{ field: 'header Origin', message }]);
}

function ownOrigin(c: Context): string {
  const { protocol, host } = new URL(c.req.url);
  return `${isHttps(c) ? 'https:' : protocol}//${c.req.header('host') ?? host}`.toLowerCase();
}

function isHttps(c: Context): boolean {
  const forwarded = c.req.header('x-forwarded-proto')?.split(',')[0]?.trim();
  return forwarded === 'https' || new URL(c.req.url).protocol === 'https:';
}

function carriesToken(c: Context, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  return given !== undefined && same(given, token);
}

function carriesSession(c: Context, token: string): boolean {
  const cookie = getCookie(c, SESSION);
  return cookie !== undefined && same(cookie, sessionOf(token));
}

/** Constant time whatever is given: what is compared are digests. */
function same(given: string, right: string): boolean {
  return timingSafeEqual(digest(given), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Derived, so that a cookie gives nothing away and a new token ends all sessions. */
function sessionOf(token: string): string {
  return createHmac('sha256', token).update('epicenter session').digest('base64url');
}

function unauthorized(c: Context): Response {
  const wantsPage = c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html');
  if (wantsPage && !c.req.path.startsWith('/api/')) return c.redirect('/session', 303);
  const message = 'Send Authorization: Bearer with the API_TOKEN, or sign in at /session.';
  const problem = new Problem(401, 'A token is needed.', [{ field: 'header Authorization', message }]);
  return problemResponse(problem, { 'www-authenticate': 'Bearer realm="epicenter"' });
}

/** Adds `GET /session`, which asks for the token, and `POST /session`, which turns it into a cookie. */
export function mountSession(app: Hono, { token }: Access): void {
  app.get('/session', (c) => (token === undefined ? c.redirect('/', 303) : c.html(signInPage())));
  app.post('/session', async (c) => {
    requireOwnOrigin(c);
    if (token === undefined) return c.redirect('/', 303);
    const { token: given } = await c.req.parseBody();
    if (typeof given !== 'string' || !same(given.trim(), token)) {
      return c.html(signInPage('This is not the token.'), 401);
    }
    setCookie(c, SESSION, sessionOf(token), {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      secure: isHttps(c),
      maxAge: THIRTY_DAYS_S,
    });
    return c.redirect('/', 303);
  });
}
