// X's search over the last seven days, as a source's way to fill gaps. Read byte for byte, like the stream, by our own request:
// the library would parse and write the posts anew.
import { z } from 'zod';
import { sort } from '../eventing/post.ts';
import { timeOfId } from '../sql/bucket.ts';
import { SearchFailed, type Asked, type FoundPage, type FoundPost, type Search } from './gap-search.ts';
import { postsOf } from './replay/pages.ts';
import { MAX_MESSAGE } from './rejection.ts';
import { sleep } from './wakeup.ts';
import { FIELDS } from './x-connection.ts';
import { groupsOf } from './x-rules.ts';
import { idBounds, waitOf } from './x-search-limits.ts';

/** X's limit on a query, shorter than that on a rule (facts/x-api §0.3). */
export const MAX_QUERY_LENGTH = 512;
const DAY_MS = 86_400_000;
/** Ten minutes less than X's seven days: its clock decides, and a request takes its time. */
const REACH_MS = 7 * DAY_MS - 600_000;
/** 450 requests in 15 minutes are one in 2 s; the rest is left for a person. X shows no post that is younger than 30 s. */
export const X_TIMING = { paceMs: 2_500, firstMs: 45_000, againMs: 5 * 60_000 };
const TIMEOUT_MS = 30_000;
const PAGE_BYTES = 64 * 1024 * 1024;
const PROBLEM_LENGTH = 500;

export interface XSearchOptions {
  /** such as `https://api.x.com` */
  readonly baseUrl: string;
  readonly bearerToken: string;
  readonly postsPerDay: number;
  /** ms between two requests; the others as {@link Search} has them */
  readonly paceMs: number;
  readonly firstMs: number;
  readonly againMs: number;
}

const meta = z.object({ meta: z.object({ next_token: z.string().optional() }) });
const problem = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ message: z.string().optional() })).default([]),
});

export function xSearch(options: XSearchOptions): Search {
  let earliest = 0;
  return {
    postsPerDay: options.postsPerDay,
    firstMs: options.firstMs,
    againMs: options.againMs,
    fewest: 10,
    most: 100,
    reachMs: REACH_MS,
    // X's changelog of 2026-05-04 and its page "Build a query"; facts/x-api §0.3
    blind: 'does not find retweets, nor posts that match only in a post that they quote',
    queries: (keywords) =>
      groupsOf(keywords, MAX_QUERY_LENGTH).map(({ value, keywords: of }) => ({ query: value, keywords: of })),
    async page(asked, signal) {
      await sleep(earliest - Date.now(), signal);
      signal.throwIfAborted();
      const answer = await ask(options, asked, signal);
      earliest = Date.now() + Math.max(options.paceMs, waitOf(answer.headers, Date.now()));
      return pageOf(answer, asked);
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

async function ask(
  { baseUrl, bearerToken }: XSearchOptions,
  asked: Asked,
  signal: AbortSignal,
): Promise<Answer> {
  const { sinceId, untilId } = idBounds(asked.from, asked.to);
  const query = new URLSearchParams({
    ...FIELDS,
    query: asked.query,
    since_id: sinceId,
    until_id: asked.next ?? untilId,
    max_results: String(asked.most),
  });
  const url = new URL(`/2/tweets/search/recent?${query.toString()}`, baseUrl);
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${bearerToken}` },
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return { status: response.status, headers: response.headers, body: await bodyOf(response) };
  } catch (error) {
    throw new SearchFailed(`X's search cannot be reached: ${reasonOf(error)}`, undefined, error);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

async function bodyOf({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > PAGE_BYTES) throw new Error(`a page has more than ${PAGE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Throws {@link SearchFailed} for anything but a page of results. */
function pageOf({ status, headers, body }: Answer, asked: Asked): FoundPage {
  if (status !== 200) throw refusal(status, headers, body);
  const text = meta.safeParse(json(body));
  const lines = text.success ? postsOf(body) : undefined;
  if (lines === undefined || !text.success)
    throw new SearchFailed("X's search answered with no page of posts", undefined);
  const all = Array.from(lines, (bytes) => ({ bytes, found: foundIn(bytes) }));
  const posts = all.flatMap(({ found }) => (found !== undefined && isNew(found, asked) ? [found] : []));
  const unreadable = all.flatMap(({ bytes, found }) => (found === undefined ? [bytes] : []));
  const lowest = posts.reduce<bigint | undefined>(
    (least, { id }) => (least === undefined || BigInt(id) < least ? BigInt(id) : least),
    undefined,
  );
  // A token is no promise: X was seen to give the same one for ever (facts/x-api §1.5). What shows nothing new is the end.
  const more = text.data.meta.next_token !== undefined && lowest !== undefined;
  return { posts, unreadable, next: more ? String(lowest) : null, read: all.length };
}

/** Each page begins below the lowest id of the one before: that holds after a restart, too, and a token may not. */
function isNew({ id, time }: FoundPost, { from, to, next }: Asked): boolean {
  return time >= from && time <= to && (next === null || BigInt(id) < BigInt(next));
}

/** Undefined for what is no post. */
function foundIn(bytes: Buffer): FoundPost | undefined {
  const sorted = sort(json(bytes));
  if (sorted.kind !== 'post' || sorted.form !== 'v2' || bytes.length > MAX_MESSAGE) return undefined;
  const id = String(sorted.post['id']);
  const time = timeOfId(id);
  return time === undefined ? undefined : { id, time, bytes };
}

function refusal(status: number, headers: Headers, body: Buffer): SearchFailed {
  const detail = detailOf(body).slice(0, PROBLEM_LENGTH);
  const message = `X's search answered ${status}${detail === '' ? '' : `: ${detail}`}`;
  if (status === 429) return new SearchFailed(message, waitOf(headers, Date.now()) || undefined);
  return new SearchFailed(message, status === 400 ? null : undefined);
}

function detailOf(body: Buffer): string {
  const said = problem.safeParse(json(body)).data;
  const errors = said?.errors.map(({ message }) => message) ?? [];
  return [...errors, said?.detail, said?.title].find((text) => text !== undefined) ?? '';
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    // An answer that is no JSON, such as a proxy's page, is told by its status.
    return undefined;
  }
}
