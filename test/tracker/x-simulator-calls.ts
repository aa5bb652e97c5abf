// What tests of the simulator need: a running one on a free port, calls to it, and a reader of its stream.
import http from 'node:http';
import { expect, vi } from 'vitest';
import { objectOf } from '../../eventing/post.ts';
import { startSimulator, type SimulatorOptions } from '../../tracker/x-simulator/server.ts';

export interface Reader {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** everything so far, as text */
  text(): string;
  /** the bytes as they came, chunk by chunk */
  readonly parts: readonly Buffer[];
  /** complete lines so far, keep-alives left out */
  lines(): string[];
  /** resolves with how the stream ended */
  readonly ended: Promise<'clean' | 'broken'>;
  close(): void;
}

export type Simulated = Awaited<ReturnType<typeof startSimulator>> & AsyncDisposable;

export async function simulate(options: Partial<SimulatorOptions> = {}): Promise<Simulated> {
  const simulator = await startSimulator({ port: 0, seed: 1, ruleDelayMs: 0, ...options });
  return { ...simulator, [Symbol.asyncDispose]: () => simulator.close() };
}

/** A JSON call with a bearer token; a string is sent as it is. */
export async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown; headers: Headers }> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: 'Bearer made-up' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

export const addRules = async (url: string, ...values: string[]): Promise<unknown> =>
  (
    await call(url, 'POST', '/2/tweets/search/stream/rules', {
      add: values.map((value, index) => ({ value, tag: `tag-${index}` })),
    })
  ).body;

/** Every field and expansion that the simulator has. */
export const EVERYTHING_ASKED = new URLSearchParams({
  'tweet.fields':
    'id,text,note_tweet,created_at,lang,author_id,conversation_id,in_reply_to_user_id,referenced_tweets,entities,attachments,geo,public_metrics,possibly_sensitive,edit_history_tweet_ids,edit_controls,reply_settings,source',
  expansions: 'author_id,referenced_tweets.id,attachments.media_keys,geo.place_id,entities.mentions.username',
  'user.fields':
    'id,name,username,created_at,description,location,public_metrics,verified,verified_type,protected,profile_image_url',
  'media.fields': 'media_key,type,url,preview_image_url,width,height,duration_ms,alt_text',
  'place.fields': 'id,full_name,name,country,country_code,place_type,geo',
}).toString();

export async function read(url: string, query = EVERYTHING_ASKED): Promise<Reader> {
  const request = http.get(`${url}/2/tweets/search/stream?${query}`, {
    agent: false,
    headers: { authorization: 'Bearer made-up' },
  });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  const parts: Buffer[] = [];
  response.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<'clean' | 'broken'>((resolve) => {
    response.once('end', () => resolve('clean')).once('error', () => resolve('broken'));
  });
  const text = (): string => Buffer.concat(parts).toString('utf8');
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    parts,
    lines: () => text().split('\r\n').slice(0, -1).filter((line) => line !== ''), // prettier-ignore
    ended,
    close: () => request.destroy(),
  };
}

/** A simulator that plays nothing by itself, with the rule `flood` and a reader. */
export async function listening(
  options: Partial<SimulatorOptions> = {},
): Promise<{ x: Simulated; reader: Reader }> {
  const x = await simulate({ posts: [], ...options });
  await addRules(x.url, 'flood');
  return { x, reader: await read(x.url) };
}

export const idsOf = (reader: Reader): unknown[] =>
  reader.lines().map((line) => objectOf(objectOf(JSON.parse(line))['data'])['id']);

export const arrived = (reader: Reader, count: number): Promise<void> =>
  vi.waitFor(() => expect(reader.lines()).toHaveLength(count), { timeout: 5_000, interval: 10 });
