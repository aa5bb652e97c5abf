import { array, assert, oneof, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Asked, Search } from '../../tracker/gap-search.ts';
import { clauseOf } from '../../tracker/x-rules.ts';
import { xSearch } from '../../tracker/x-search.ts';
import { idAt } from '../factories.ts';
import { archive, postAt, rawPost, refusing } from './x-archive.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const never = new AbortController().signal;
const quick = { bearerToken: 'secret', postsPerDay: 100, paceMs: 0, firstMs: 0, againMs: 0 };
const searchAt = (baseUrl: string): Search => xSearch({ ...quick, baseUrl });
const asked: Asked = { query: '"flood"', from: NOON, to: NOON + 60_000, next: null, most: 10 };

async function allOf(search: Search, first: Asked): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | null | undefined; next !== null;) {
    const page = await search.page({ ...first, next: next ?? null }, never);
    ids.push(...page.posts.map(({ id }) => id));
    next = page.next;
  }
  return ids;
}

describe('xSearch', () => {
  it('asks for the first and the last millisecond of a time, both included', async () => {
    const inside = [postAt(NOON, 'flood'), postAt(NOON + 60_000, 'flood', 4_194_303)];
    const outside = [postAt(NOON - 1, 'flood', 4_194_303), postAt(NOON + 60_001, 'flood')];
    await using server = await archive([...inside, ...outside]);
    const { posts } = await searchAt(server.url).page(asked, never);
    expect(posts.map(({ id }) => id)).toEqual([inside[1]!.id, inside[0]!.id]);
    expect(posts.map(({ time }) => time)).toEqual([NOON + 60_000, NOON]);
    expect(server.asked[0]!.get('max_results')).toBe('10');
  });

  it('gives each post byte for byte as one line of the stream’s form', async () => {
    const post = postAt(NOON, 'flood');
    await using server = await archive([post]);
    const { posts, read } = await searchAt(server.url).page(asked, never);
    expect(Buffer.from(posts[0]!.bytes).toString()).toBe(`{"data":${rawPost(post)},"includes":{}}`);
    expect(read).toBe(1);
  });

  it('goes through all pages, also of posts of one millisecond, each once', async () => {
    const posts = Array.from({ length: 95 }, (_, n) => postAt(NOON + Math.floor(n / 30), 'flood', n));
    await using server = await archive(posts);
    const ids = await allOf(searchAt(server.url), asked);
    expect(ids.toSorted()).toEqual(posts.map(({ id }) => id).toSorted());
    expect(new Set(ids).size).toBe(95);
    expect(server.asked).toHaveLength(10);
  });

  it('ends where pages bring nothing new, whatever token they carry', async () => {
    await using server = await archive([]);
    const same = refusing(200, {
      data: [{ id: idAt(NOON), text: 'flood' }],
      meta: { next_token: 'for ever' },
    });
    server.instead.push(...Array.from({ length: 20 }, () => same));
    expect(await allOf(searchAt(server.url), asked)).toEqual([idAt(NOON)]);
    expect(server.asked).toHaveLength(2);
  });

  it('leaves out what it did not ask for, and says so of what is no post', async () => {
    await using server = await archive([]);
    const data = [
      { id: idAt(NOON - 1), text: 'early' },
      { id: 'x', text: 'bad' },
      { id: idAt(NOON), text: 'in' },
    ];
    server.instead.push(refusing(200, { data, meta: {} }));
    const page = await searchAt(server.url).page(asked, never);
    expect(page.posts.map(({ id }) => id)).toEqual([idAt(NOON)]);
    expect(page.unreadable.map((bytes) => Buffer.from(bytes).toString())).toEqual([
      '{"data":{"id":"x","text":"bad"},"includes":{}}',
    ]);
    expect([page.read, page.next]).toEqual([3, null]);
  });

  it.each([
    [400, { errors: [{ message: "'query' is too long" }] }, null, "answered 400: 'query' is too long"],
    [402, { title: 'CreditsDepleted', detail: 'No credits.' }, undefined, 'answered 402: No credits.'],
    [503, 'gone', undefined, 'answered 503'],
    [200, { title: 'nothing of ours' }, undefined, 'no page of posts'],
    [200, { data: 5, meta: {} }, undefined, 'no page of posts'],
  ])('fails with what X says in %i %j', async (status, body, retryMs, message) => {
    await using server = await archive([]);
    server.instead.push(refusing(status, body));
    const failure = searchAt(server.url).page(asked, never);
    await expect(failure).rejects.toMatchObject({ retryMs, message: expect.stringContaining(message) });
  });

  it('keeps away until the limit is lifted, told by a refusal or by a last answer', async () => {
    await using server = await archive([]);
    const reset = Math.floor(Date.now() / 1_000) + 2;
    const limits = { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(reset) };
    server.instead.push(refusing(429, { title: 'Too Many Requests' }, limits));
    const search = searchAt(server.url);
    const error = await search.page(asked, never).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ retryMs: expect.any(Number) });
    server.instead.push(refusing(200, { meta: { result_count: 0 } }, limits));
    await search.page(asked, never);
    expect(Date.now()).toBeGreaterThanOrEqual(reset * 1_000);
    const far = { ...limits, 'x-rate-limit-reset': String(reset + 86_400) };
    server.instead.push(refusing(429, {}, far));
    await expect(search.page(asked, never)).rejects.toMatchObject({ retryMs: 15 * 60_000 });
  });

  it('keeps its pace and stops waiting when it is told to', async () => {
    await using server = await archive([]);
    const search = xSearch({ ...quick, baseUrl: server.url, paceMs: 300 });
    const began = performance.now();
    for (let n = 0; n < 3; n += 1) await search.page(asked, never);
    expect(performance.now() - began).toBeGreaterThanOrEqual(590);
    const slow = xSearch({ ...quick, baseUrl: server.url, paceMs: 60_000 });
    await slow.page(asked, never);
    await expect(slow.page(asked, AbortSignal.timeout(50))).rejects.toThrow();
    expect(server.asked).toHaveLength(4);
  });

  it('says that nobody answers, and never its token', async () => {
    const server = await archive([]);
    await server[Symbol.asyncDispose]();
    const search = searchAt(server.url);
    const error = (await search.page(asked, never).catch((failure: unknown) => failure)) as Error;
    expect(error).toMatchObject({ name: 'SearchFailed', retryMs: undefined });
    expect(error.message).toContain('ECONNREFUSED');
    expect(`${error.message} ${error.stack}`).not.toContain('secret');
  });
});

describe('queries', () => {
  const word = stringMatching(/^[a-zäñ地震]{1,12}$/);
  const keyword = oneof(
    array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' ')),
    array(word, { minLength: 2, maxLength: 6 }).map((words) => `"${words.join(' ')}"`),
  );

  it('have every keyword’s own rule clause once, in order, and at most 512 characters', () => {
    const { queries } = searchAt('http://127.0.0.1:1');
    assert(
      property(array(keyword, { minLength: 1, maxLength: 60 }), (keywords) => {
        const made = queries(keywords);
        expect(made.flatMap((query) => query.keywords)).toEqual(keywords);
        for (const { query, keywords: of } of made) {
          expect(query.length).toBeLessThanOrEqual(512);
          expect(query).toBe(of.map(clauseOf).join(' OR '));
        }
        // As few as can be: what begins a query had no room in the one before.
        for (const [index, { keywords: of }] of made.slice(1).entries()) {
          expect(`${made[index]!.query} OR ${clauseOf(of[0]!)}`.length).toBeGreaterThan(512);
        }
      }),
    );
  });

  it('have room for the longest keyword there can be', () => {
    const { queries } = searchAt('http://127.0.0.1:1');
    const longest = Array.from({ length: 60 }, () => 'a').join(' ');
    expect(queries([longest, longest])).toHaveLength(1);
    expect(queries(Array.from({ length: 500 }, (_, n) => `keyword ${n}`)).length).toBeGreaterThan(10);
  });
});
