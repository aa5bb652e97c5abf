// Delivers one record to a sink as Knative's KafkaSource data plane does (facts/knative §1.2–1.4, §9): one binary-mode POST,
// retries, dead letter. Follows no redirect, starts no trace, reads no `kne-` header of an answer.
import { setTimeout as sleep } from 'node:timers/promises';
import { bury, type DeadLetters, deadLetterOf } from './bury.ts';
import { BytesRequest } from './bytes-request.ts';
import { delayMs, type Policy, verdictOf } from './delivery-policy.ts';
import { httpHeaders, knativeEventOf, type KnativeEvent, type SourceName } from './knative-event.ts';
import type { LogRecord } from './log.ts';

/** Where records go. Without `deadLetters` a record that cannot be delivered is dropped. */
export interface Destination {
  readonly url: string;
  readonly send: (request: Request) => Promise<Response>;
  readonly policy: Policy;
  readonly deadLetters: DeadLetters | undefined;
  readonly source: SourceName;
  /** told of every record that was not delivered */
  readonly report: (problem: string) => void;
}

/** Why an attempt failed; `extensions` are those that a dead letter carries about it. */
interface Failure {
  readonly reason: string;
  readonly retry: boolean;
  readonly extensions: Readonly<Record<string, string>>;
}

const ERROR_DATA_BYTES = 1024;

/**
 * Resolves when the record is finished: delivered, a dead letter, or (without a dead letter sink) dropped as Knative drops it.
 * Rejects with an AbortError when `signal` aborts during a wait; the record is then unfinished. A request under way is not cut.
 *
 * Unlike Knative, which drops a record whose dead letter cannot be written, this keeps trying: a received post is never lost.
 */
export async function deliver(record: LogRecord, to: Destination, signal: AbortSignal): Promise<void> {
  const event = knativeEventOf(record, to.source);
  const failure = await attemptAll(event, to, signal);
  if (failure === undefined) return;
  const place = `${record.topic}/${record.partition}/${record.offset}`;
  const what = `record ${place} was not delivered to ${to.url}: ${failure.reason}`;
  if (to.deadLetters === undefined) {
    to.report(`${what}; it is dropped, since no dead letter sink is named`);
    return;
  }
  to.report(`${what}; it goes to ${to.deadLetters.topic}`);
  await bury(deadLetterOf(record, event, failure.extensions), to.deadLetters, to.report, signal);
}

async function attemptAll(
  event: KnativeEvent,
  to: Destination,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  for (let n = 1; ; n++) {
    signal.throwIfAborted();
    const failure = await attempt(event, to);
    if (failure === undefined || !failure.retry || n > to.policy.retry) return failure;
    await sleep(delayMs(to.policy, n), undefined, { signal });
  }
}

async function attempt(event: KnativeEvent, to: Destination): Promise<Failure | undefined> {
  const tooLate = new AbortController();
  const extensions = { knativeerrordest: to.url };
  let request: Request;
  try {
    request = requestOf(event, to, tooLate.signal);
  } catch (error) {
    // A control character in a header, say. Knative tries this again to no avail and drops it.
    return { reason: messageOf(error), retry: false, extensions };
  }
  const { timeoutMs } = to.policy;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`no answer within ${timeoutMs} ms`);
    tooLate.abort(error);
    late.reject(error);
  }, timeoutMs);
  try {
    const answered = to.send(request).then((response) => failureOf(response, to.url));
    return await Promise.race([answered, late.promise]);
  } catch (error) {
    return { reason: messageOf(error), retry: true, extensions };
  } finally {
    clearTimeout(timer);
  }
}

function requestOf(event: KnativeEvent, to: Destination, signal: AbortSignal): Request {
  const headers = { ...httpHeaders(event), prefer: 'reply', 'kn-namespace': to.source.namespace };
  const init = { method: 'POST', headers, signal };
  return event.data === null ? new Request(to.url, init) : new BytesRequest(to.url, init, event.data);
}

async function failureOf(response: Response, url: string): Promise<Failure | undefined> {
  const verdict = verdictOf(response.status);
  if (verdict === 'done') {
    await response.body?.cancel();
    return undefined;
  }
  const data = await firstBytes(response.body);
  return {
    reason: `answer ${response.status}`,
    retry: verdict === 'retry',
    extensions: {
      knativeerrordest: url,
      knativeerrorcode: String(response.status),
      ...(data.length === 0 ? {} : { knativeerrordata: data.toString('base64') }),
    },
  };
}

async function firstBytes(body: Response['body']): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    parts.push(part);
    length += part.length;
    if (length >= ERROR_DATA_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, ERROR_DATA_BYTES);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
