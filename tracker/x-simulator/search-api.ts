// GET /2/tweets/search/recent over the archive (facts/x-api §1.5; "Search recent Posts" in X's documentation).
import { z } from 'zod';
import { objectOf, objectsOf, type Json } from '../../eventing/post.ts';
import type { Archive, Archived } from './archive.ts';
import { invalidRequest, type Answer } from './answer.ts';
import { renamed, shaped, shapeOf, type Shape } from './fields.ts';
import { InvalidRule, parseRule, SEARCH, type Rule } from './rule.ts';
import { matches, searchable } from './rule-match.ts';
import { idAt } from './snowflake.ts';

export interface Search {
  readonly archive: Archive;
  readonly query: URLSearchParams;
  /** ms since 1970 */
  readonly now: number;
  /** how old a post must be to be found where no `end_time` is given: 30 s at X */
  readonly delayMs: number;
}

/** `read` are the posts that are paid for. */
export interface Found {
  readonly answer: Answer;
  readonly read: readonly Archived[];
}

const WEEK_MS = 7 * 86_400_000;
const YOUNGEST_MS = 10_000;
const TOKEN = /^b26v89c19zqg8o3f(?<id>[0-9a-z]{1,14})$/;
const id = z.string().regex(/^\d{1,19}$/).transform(BigInt); // prettier-ignore
const time = z.iso.datetime().transform((text) => Date.parse(text));
const token = z.string().regex(TOKEN).transform(idOfToken); // prettier-ignore
const request = z.object({
  query: z.string().min(1),
  since_id: id.optional(),
  until_id: id.optional(),
  start_time: time.optional(),
  end_time: time.optional(),
  max_results: z.coerce.number().int().min(10).max(100).default(10),
  next_token: token.optional(),
  pagination_token: token.optional(),
  sort_order: z.enum(['recency', 'relevancy']).optional(),
});
type Request = z.output<typeof request>;

const SCOPE = { quoted: false, accents: 'ignored' } as const;

const tokenOf = (last: bigint): string => `b26v89c19zqg8o3f${last.toString(36)}`;

function idOfToken(text: string): bigint {
  let value = 0n;
  for (const digit of TOKEN.exec(text)?.groups?.['id'] ?? '')
    value = value * 36n + BigInt(parseInt(digit, 36));
  return value;
}

const refused = (message: string): Found => ({ answer: invalidRequest(message), read: [] });

/** Newest first, at most `max_results`; without retweets (X's changelog of 2026-05-04). */
export function searchRecent(search: Search): Found {
  const parsed = request.safeParse(Object.fromEntries(search.query));
  if (!parsed.success) return refused(z.prettifyError(parsed.error));
  const complaint = complaintOf(parsed.data, search.now);
  if (complaint !== undefined) return refused(complaint);
  try {
    const rule = parseRule(parsed.data.query, SEARCH);
    return pageOf(find(search, parsed.data, rule), parsed.data, shapeOf(search.query, 'post'));
  } catch (error) {
    if (error instanceof InvalidRule) return refused(`'query' is invalid: ${error.message}`);
    throw error;
  }
}

/** What X refuses although each parameter alone is right. */
function complaintOf(wanted: Request, now: number): string | undefined {
  const { since_id: since, start_time: start, end_time: end } = wanted;
  if (since === undefined) return complaintAboutTimes(start, end, now);
  if (start !== undefined || end !== undefined) {
    return "Invalid use of 'since_id' in conjunction with 'start_time' or 'end_time'."; // seen by others in 2026
  }
  const oldest = now - WEEK_MS;
  if (since >= idAt(oldest)) return undefined;
  const from = new Date(oldest).toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z');
  return `'since_id' must be a tweet id created after ${from}. Please use a 'since_id' that is larger than ${idAt(oldest)}`;
}

function complaintAboutTimes(
  start: number | undefined,
  end: number | undefined,
  now: number,
): string | undefined {
  const oldest = now - WEEK_MS;
  if (start !== undefined && start < oldest)
    return `'start_time' must be on or after ${new Date(oldest).toISOString()}.`;
  if (end === undefined) return undefined;
  if (end > now - YOUNGEST_MS) return "'end_time' must be a minimum of 10 seconds prior to the request time.";
  return (start ?? oldest) >= end ? "'start_time' must be before 'end_time'." : undefined;
}

/** One more than the page has, so that it is known whether there is a next one. */
function find({ archive, now, delayMs }: Search, wanted: Request, rule: Rule): Archived[] {
  const found: Archived[] = [];
  const isWanted = filterOf(wanted, now - WEEK_MS, wanted.end_time ?? now - delayMs);
  for (const post of archive.newest()) {
    if (!isWanted(post) || !matches(rule, searchable(messageOf(post), SCOPE))) continue;
    found.push(post);
    if (found.length > wanted.max_results) break;
  }
  return found;
}

function filterOf(wanted: Request, oldest: number, before: number): (post: Archived) => boolean {
  const from = Math.max(oldest, wanted.start_time ?? 0);
  const after = wanted.since_id ?? -1n;
  const until = [wanted.until_id, wanted.next_token ?? wanted.pagination_token];
  return ({ id: own, at, isRetweet }) =>
    !isRetweet &&
    at >= from &&
    at < before &&
    own > after &&
    until.every((limit) => limit === undefined || own < limit);
}

const messageOf = ({ json }: Archived): Json => objectOf(JSON.parse(json.toString('utf8')));

function pageOf(found: readonly Archived[], wanted: Request, shape: Shape): Found {
  const read = found.slice(0, wanted.max_results);
  const [first] = read;
  const last = read.at(-1);
  if (first === undefined || last === undefined) {
    return { answer: { status: 200, body: { meta: { result_count: 0 } } }, read };
  }
  const messages = read.map((post) => shaped(messageOf(post), { ...shape, dialect: 'tweet' }));
  const includes = joined(messages.map((message) => objectOf(message['includes'])));
  const page = {
    data: messages.map((message) => message['data']),
    ...(Object.keys(includes).length > 0 && { includes }),
  };
  const meta = {
    newest_id: String(first.id),
    oldest_id: String(last.id),
    result_count: read.length,
    ...(found.length > read.length && { next_token: tokenOf(last.id) }),
  };
  const body = { ...objectOf(shape.dialect === 'post' ? renamed(page) : page), meta };
  return { answer: { status: 200, body }, read };
}

/** What a page refers to, each thing once. */
function joined(all: readonly Json[]): Json {
  const kinds: Record<string, Map<unknown, Json>> = {};
  for (const includes of all) {
    for (const [kind, list] of Object.entries(includes)) {
      const known = (kinds[kind] ??= new Map());
      for (const one of objectsOf(list)) known.set(one['id'] ?? one['media_key'], one);
    }
  }
  return Object.fromEntries(Object.entries(kinds).map(([kind, known]) => [kind, [...known.values()]]));
}
