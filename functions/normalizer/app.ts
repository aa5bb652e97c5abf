// The normalizer: one record's posts in, rows out. It does not decide which posts are an event's: the tracker did.
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { decodeBatch } from '../../eventing/batch.ts';
import { fromHttp, TWEETS_RECEIVED } from '../../eventing/cloud-events.ts';
import type { Report } from '../../eventing/report.ts';
import { eventCode } from '../../sql/crisis-event.ts';
import type { Rejected } from '../../sql/ledger.ts';
import type { Store } from '../../sql/store.ts';
import type { Tweet } from '../../sql/tweet.ts';
import { normalise } from './normalise.ts';
import { rejection } from './rejection.ts';

// A record has at most 1 MB (design §6.12); the rest is room for a log that counts differently.
const MAX_BODY = 1_048_576 + 65_536;
// A normalizer has one event; whoever posts records of many may not fill its memory.
const MOST_EVENTS = 1_000;

/**
 * POST / takes a binary-mode CloudEvent `dev.epicenter.tweets.received`. Answers as a KafkaSource understands them
 * (facts/knative §1.3): 204 when every post is stored or kept as rejected; 422 and 413, with a reason that the dead
 * letter shows, for what no retry can help; 503 for our own failure, to be sent again.
 */
export function normalizer({ store, report }: { store: Store; report: Report }): Hono {
  const app = new Hono();
  const known = knownIn(store);
  const tooLarge = bodyLimit({
    maxSize: MAX_BODY,
    onError: () => problem(413, `A record has at most ${MAX_BODY} bytes.`),
  });
  app.post('/', tooLarge, async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const received = read(c.req.raw.headers, body);
    if ('refused' in received) {
      report('warning', `Refused a record: ${received.refused}`);
      return problem(422, received.refused);
    }
    if (!(await known(received.code))) {
      const refused = `There is no event with the code ${received.code}.`;
      report('warning', `Refused a record: ${refused}`);
      return problem(422, refused);
    }
    const rejected = await keep(store, received.code, body);
    if (rejected > 0) report('warning', `Rejected ${rejected} posts of a record for ${received.code}.`);
    return c.body(null, 204);
  });
  app.onError((error) => unavailable(error, report));
  return app;
}

/** The answer to a failure of our own. The cause goes to the log, not to the caller. */
export function unavailable(error: unknown, report: Report): Response {
  report('error', 'A record could not be stored; it will be sent again.', error);
  return problem(503, 'The posts could not be stored now.');
}

function read(headers: Headers, body: Uint8Array): { code: string } | { refused: string } {
  const event = fromHttp(Object.fromEntries(headers), body);
  if (event === undefined) return { refused: 'This is no CloudEvent in binary mode.' };
  if (event.type !== TWEETS_RECEIVED)
    return { refused: `The event's type is ${event.type}, not ${TWEETS_RECEIVED}.` };
  const code = eventCode.safeParse(event.subject);
  if (!code.success) return { refused: `The subject must be an event's code.` };
  if (body.length === 0) return { refused: 'The record is empty.' };
  return { code: code.data };
}

/**
 * Whether the store has an event, in whatever status: what was received for it is stored. One that it has is asked for once;
 * one that it lacks is asked for again, since it may be made. Rejects as the store does.
 */
function knownIn(store: Store): (code: string) => Promise<boolean> {
  const asked = new Map<string, Promise<boolean>>();
  const ask = (code: string): Promise<boolean> => {
    const answer = store.event(code).then((event) => event !== undefined);
    if (asked.size >= MOST_EVENTS) asked.clear();
    asked.set(code, answer);
    return answer;
  };
  return async (code) => {
    let known = false;
    try {
      known = await (asked.get(code) ?? ask(code));
    } finally {
      if (!known) asked.delete(code);
    }
    return known;
  };
}

/** Stores what can be a row and keeps what cannot, with the reason. Returns how many posts were rejected. */
async function keep(store: Store, code: string, batch: Uint8Array): Promise<number> {
  const tweets: Tweet[] = [];
  const rejected: Rejected[] = [];
  const reject = (bytes: Uint8Array, reason: string): void => {
    rejected.push(rejection(code, bytes, reason, Date.now()));
  };
  for (const line of decodeBatch(batch)) {
    if ('bad' in line) {
      reject(line.bytes, line.bad);
      continue;
    }
    const made = normalise(code, line);
    if ('tweet' in made) tweets.push(made.tweet);
    else reject(line.message, made.rejected);
  }
  const refusals = tweets.length === 0 ? [] : await store.saveTweets(tweets);
  for (const { tweet, reason } of refusals) reject(tweet.raw, reason);
  if (rejected.length > 0) await store.saveRejected(rejected);
  return rejected.length;
}

/** An RFC 9457 problem document, short enough to fit whole into a dead letter's 1,024 bytes. */
function problem(status: number, detail: string): Response {
  return Response.json(
    { title: detail.slice(0, 500), status },
    { status, headers: { 'content-type': 'application/problem+json' } },
  );
}
