// Dead letters as our own delivery makes them, and what is on a topic afterwards.
import { Hono } from 'hono';
import { readAll } from '../../eventing/announced.ts';
import { tweetsReceived } from '../../eventing/cloud-events.ts';
import { deliver } from '../../eventing/delivery.ts';
import type { Log, LogRecord, Message } from '../../eventing/log.ts';
import { rawTweets } from '../../eventing/topics.ts';
import { deadLetterPage } from '../../functions/event-api/dead-letters.ts';
import { resentAnswer, type Resent } from '../../functions/event-api/resend.ts';
import { destination } from '../eventing/delivery-fixture.ts';
import { openApi } from './fixture.ts';
import type { Api } from './fixture.ts';

const never = new AbortController().signal;

/** As if `message` had been on its topic at `offset` and its sink had given this answer. */
export async function bury(log: Log, message: Message, answer: () => Response, offset = 7): Promise<void> {
  const sink = new Hono();
  sink.post('*', answer);
  sink.onError((error) => {
    throw error;
  });
  const record: LogRecord = { ...message, partition: 2, offset, time: Date.UTC(2012, 9, 29, 22) };
  await deliver(record, destination(sink, { retry: 0 }, log), never);
}

export async function recordsOn(log: Log, topic: string): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  await readAll(log, topic, (record) => all.push(record));
  return all;
}

/** What a normalizer answers to what it can never take. */
export const refused = (): Response =>
  Response.json(
    { title: 'The record is empty.', status: 422 },
    { status: 422, headers: { 'content-type': 'application/problem+json' } },
  );

export const away = (): Response => {
  throw new TypeError('connection refused');
};

/** What `POST /api/dead-letters/resend` answers to one that it takes. */
export async function resend({ call }: Pick<Api, 'call'>, body: unknown): Promise<Resent> {
  const response = await call('POST', '/api/dead-letters/resend', body);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return resentAnswer.parse(await response.json());
}

/** The ids of the letters that are listed, newest first. */
export async function unsent({ call }: Pick<Api, 'call'>): Promise<string[]> {
  const response = await call('GET', '/api/dead-letters');
  return deadLetterPage.parse(await response.json()).deadLetters.map(({ id }) => id);
}

/** An API with the events Flood and Fire, whose topics are there. */
export async function openWithTopics(): Promise<Api> {
  const api = await openApi();
  await api.make('Flood');
  await api.make('Fire');
  for (const code of ['flood', 'fire']) await api.log.createTopic(rawTweets(code));
  return api;
}

export const postsFor = (code: string, text = 'one\ntwo\n'): Message =>
  tweetsReceived('tracker', code, Buffer.from(text));

export const textsOn = async (log: Log, topic: string): Promise<string[]> =>
  (await recordsOn(log, topic)).map(({ value }) => Buffer.from(value!).toString());

export const nothing: Resent = { resent: 0, already: 0, refused: [], more: false };
