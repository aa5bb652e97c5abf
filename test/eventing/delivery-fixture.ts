// Functions that answer as they are told, and records to deliver to them.
import { Hono } from 'hono';
import type { Destination } from '../../eventing/delivery.ts';
import { policyOf, type DeliverySpec } from '../../eventing/delivery-policy.ts';
import type { Log, LogRecord } from '../../eventing/log.ts';
import { DEAD_LETTERS } from '../../eventing/topics.ts';

export interface Got {
  readonly at: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export const record: LogRecord = {
  topic: 'raw-tweets.flood',
  key: 'flood',
  partition: 0,
  offset: 7,
  time: Date.UTC(2013, 5, 21, 8, 30),
  headers: {
    'content-type': 'application/x-ndjson',
    ce_specversion: '1.0',
    ce_id: 'a-1',
    ce_type: 'dev.example.made',
    ce_source: '/example/tracker',
    ce_subject: 'flood',
    ce_traceid: 't9',
    unrelated: 'yes',
  },
  value: Buffer.from('one\ntwo\n'),
};

/** A record that is no CloudEvent. */
export const plain: LogRecord = {
  ...record,
  headers: { 'X-Shift 1': 'night' },
  value: Buffer.from([0, 255]),
};

/** A function that gives these answers in turn, the last one for ever, and keeps what it got. */
export function answering(...answers: (() => Response | Promise<Response>)[]): { app: Hono; got: Got[] } {
  const got: Got[] = [];
  const app = new Hono();
  app.post('*', async (context) => {
    got.push({ at: Date.now(), headers: context.req.header(), body: await context.req.text() });
    return (answers[got.length - 1] ?? answers.at(-1)!)();
  });
  return { app, got };
}

export function status(code: number, body?: string | Uint8Array<ArrayBuffer>): () => Response {
  return () => new Response(body ?? null, { status: code });
}

/** The app behind a KafkaSource `tweets-flood`; dead letters go to `log`, if one is given. */
export function destination(
  app: Hono,
  delivery: DeliverySpec | undefined,
  log?: Pick<Log, 'append'>,
): Destination & { readonly problems: string[] } {
  const problems: string[] = [];
  return {
    url: 'http://sink.default.svc.cluster.local/deliveries',
    send: async (request) => app.fetch(request),
    policy: policyOf(delivery),
    deadLetters: log === undefined ? undefined : { log, topic: DEAD_LETTERS.name },
    source: { namespace: 'default', name: 'tweets-flood' },
    report: (problem) => problems.push(problem),
    problems,
  };
}
