// One connection to X's filtered stream: the bytes as they come, and why it ended. Does not reconnect.
import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { isObject, stringOf, type Json } from '../eventing/post.ts';
import type { Failure } from './back-off.ts';
import { sleep } from './wakeup.ts';
import { failureOf } from './x-faults.ts';

const HEADERS_TIMEOUT_MS = 10_000;
/** X sends at least a line end every 20 s; longer silence is a dead stream. */
const SILENCE_MS = 30_000;
const PROBLEM_BYTES = 16_384;
/** What comes within this is read at once: to wake up costs more than several posts do. It is little to X's own 7 s. */
const GATHER_MS = 150;
/** A reading that gave less took all there was: one takes up to 64 KB. */
const ALL_BYTES = 32_768;
/** Reads nothing ahead: what is not asked for yet stays with the system, which needs no wake-up for it. */
const READ_AHEAD = { highWaterMark: 1 };

/** Of a post, wherever it comes from. */
export const FIELDS = {
  'tweet.fields':
    'id,text,note_tweet,created_at,lang,author_id,conversation_id,in_reply_to_user_id,referenced_tweets,entities,attachments,geo,public_metrics,possibly_sensitive,edit_history_tweet_ids,edit_controls,source,withheld',
  expansions:
    'author_id,referenced_tweets.id,referenced_tweets.id.author_id,attachments.media_keys,geo.place_id,in_reply_to_user_id,entities.mentions.username',
  'user.fields':
    'id,name,username,created_at,description,entities,location,url,public_metrics,verified,verified_type,protected,profile_image_url,withheld',
  'media.fields': 'media_key,type,url,preview_image_url,width,height,duration_ms,alt_text',
  'place.fields': 'id,full_name,name,country,country_code,place_type,geo',
};

/** Why there is no stream. `idle`: X has no rules to stream for, which is no failure. */
export class StreamEnded extends Error {
  override name = 'StreamEnded';
  readonly failure: Failure | 'idle';

  constructor(message: string, failure: Failure | 'idle', cause?: unknown) {
    super(message, { cause });
    this.failure = failure;
  }
}

/** The open stream's answer. Throws {@link StreamEnded} for anything but 200. */
export async function connect(
  baseUrl: string,
  bearerToken: string,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  const url = new URL(`/2/tweets/search/stream?${new URLSearchParams(FIELDS).toString()}`, baseUrl);
  const client = url.protocol === 'http:' ? http : https;
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const request = client.get(url, {
      ...READ_AHEAD,
      agent: false,
      signal,
      // The library's default, gzip, hides a broken connection and cuts characters.
      headers: { authorization: `Bearer ${bearerToken}`, 'accept-encoding': 'identity' },
    });
    const late = setTimeout(() => request.destroy(new Error('no answer within 10 s')), HEADERS_TIMEOUT_MS);
    request.once('close', () => clearTimeout(late));
    request.once('response', (answer) => {
      clearTimeout(late);
      resolve(answer);
    });
    request.on('error', (error) => {
      reject(new StreamEnded(`cannot connect: ${error.message}`, { kind: 'network' }, error));
    });
  });
  if (response.statusCode === 200) return response;
  throw await refusal(response);
}

/** By how many ms X's clock is ahead of ours; its `Date` says no more than the second. */
export function aheadOf(response: http.IncomingMessage, now: number): number {
  const ahead = Date.parse(response.headers.date ?? '') + 500 - now;
  return Math.abs(ahead) > 2_000 ? ahead : 0;
}

/** Chunks until the stream ends, breaks or falls silent, which throws {@link StreamEnded}; returns when `signal` aborts. */
export async function* chunksOf(response: http.IncomingMessage, signal: AbortSignal): AsyncGenerator<Buffer> {
  const listen = (): NodeJS.Timeout =>
    setTimeout(() => response.destroy(new Error('silent for 30 s')), SILENCE_MS);
  let silence = listen();
  try {
    for await (const chunk of unpacked(response) as AsyncIterable<Buffer>) {
      // While our own reader is busy nobody listens, so that silence says nothing.
      clearTimeout(silence);
      yield chunk;
      if (chunk.length < ALL_BYTES) await sleep(GATHER_MS, signal);
      silence = listen();
    }
  } catch (error) {
    if (signal.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StreamEnded(`the stream broke: ${reason}`, { kind: 'closed' }, error);
  } finally {
    clearTimeout(silence);
    response.destroy();
  }
  if (!signal.aborted) throw new StreamEnded('X closed the stream', { kind: 'closed' });
}

/** A stream may come packed although that was not asked for; what came before it broke counts all the same. */
function unpacked(response: http.IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  // The reader of `gunzip` gets the error.
  return pipeline(response, gunzip, () => undefined);
}

async function refusal(response: http.IncomingMessage): Promise<StreamEnded> {
  const status = response.statusCode ?? 0;
  const problem = await problemOf(response);
  const detail = stringOf(problem['detail']) ?? '';
  const message = `X answered ${status}${detail === '' ? '' : `: ${detail}`}`;
  if (status === 409) return new StreamEnded(message, 'idle');
  if (status === 429) return new StreamEnded(message, limitOf(problem, response.headers));
  if (status >= 500) return new StreamEnded(message, { kind: 'server' });
  return new StreamEnded(message, { kind: 'refused' });
}

/** A 429 is a limit on connects, on connections at a time or on money. */
function limitOf(problem: Json, headers: http.IncomingHttpHeaders): Failure {
  const failure = failureOf(problem);
  if (failure !== undefined && failure.kind !== 'closed') return failure;
  const reset = Number(headers['x-rate-limit-reset']);
  const exhausted = headers['x-rate-limit-remaining'] === '0' && Number.isFinite(reset);
  return { kind: 'rate-limit', resetAt: exhausted ? reset * 1_000 : undefined };
}

async function problemOf(response: http.IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  let length = 0;
  const late = setTimeout(() => response.destroy(), HEADERS_TIMEOUT_MS);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > PROBLEM_BYTES) break;
    }
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    return isObject(body) ? body : {};
  } catch {
    // The status alone says enough; a body that is cut off, never ends or is no JSON adds nothing.
    return {};
  } finally {
    clearTimeout(late);
  }
}
