// GET /api/dead-letters: what could not be delivered, with its reason.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVENT_CHANGED, eventChanged, TWEETS_RECEIVED, tweetsReceived } from '../../eventing/cloud-events.ts';
import type { Message } from '../../eventing/log.ts';
import { DEAD_LETTERS, rawTweets } from '../../eventing/topics.ts';
import { deadLetterPage, type DeadLetterPage } from '../../functions/event-api/dead-letters.ts';
import { openApi, problemOf } from './fixture.ts';
import type { Api } from './fixture.ts';
import { away, bury, refused } from './letters.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const posts = (code: string, text = 'one\ntwo\n'): Message =>
  tweetsReceived('tracker', code, Buffer.from(text));

async function list(query = ''): Promise<DeadLetterPage> {
  const response = await api.call('GET', `/api/dead-letters${query}`);
  expect(response.status).toBe(200);
  return deadLetterPage.parse(await response.json());
}

const idsOf = ({ deadLetters }: DeadLetterPage): string[] => deadLetters.map(({ id }) => id);
const hostile = (): Response => Response.json({ title: '<b>&"' }, { status: 422 });

describe('GET /api/dead-letters', () => {
  it('is empty while everything is delivered', async () => {
    expect(await list()).toEqual({ deadLetters: [], next: null });
  });

  it('says of a letter where it was, where it could not go and why', async () => {
    const before = Date.now();
    await bury(api.log, posts('flood'), refused);
    const { deadLetters, next } = await list();
    expect(next).toBeNull();
    expect(deadLetters).toEqual([
      {
        id: '0-0',
        time: expect.any(String),
        event: 'flood',
        type: TWEETS_RECEIVED,
        topic: 'raw-tweets.flood',
        bytes: 8,
        destination: 'http://sink.default.svc.cluster.local/deliveries',
        status: 422,
        reason: 'Answered 422: The record is empty.',
        answer: '{"title":"The record is empty.","status":422}',
      },
    ]);
    expect(Date.parse(deadLetters[0]!.time)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(deadLetters[0]!.time)).toBeLessThanOrEqual(Date.now());
  });

  it('says when there was no answer, or one without a reason', async () => {
    const event = await api.make('Flood');
    await bury(api.log, posts('flood'), away);
    await bury(api.log, eventChanged('test', event), () => new Response('<html>', { status: 502 }));
    await bury(api.log, posts('flood'), () => new Response(null, { status: 599 }));
    expect((await list()).deadLetters).toMatchObject([
      { status: 599, reason: 'Answered 599: no reason was given', answer: null },
      {
        type: EVENT_CHANGED,
        topic: 'events',
        status: 502,
        reason: 'Answered 502: Bad Gateway',
        answer: '<html>',
      },
      { status: null, reason: 'No answer came in time, or nothing could be reached.', answer: null },
    ]);
  });

  it('names the topic of a record that was no CloudEvent', async () => {
    await bury(
      api.log,
      { topic: 'raw-tweets.flood', key: '', headers: {}, value: Buffer.from('x') },
      refused,
    );
    expect((await list()).deadLetters).toMatchObject([
      { type: 'dev.knative.kafka.event', topic: 'raw-tweets.flood', event: 'partition:2#7' },
    ]);
  });

  it('gives pages, newest first, of one event or of all', async () => {
    await api.make('Flood');
    await api.make('Fire');
    // Offsets 0 to 6: flood, fire, flood, fire, …
    for (let n = 0; n < 7; n++) await bury(api.log, posts(n % 2 === 0 ? 'flood' : 'fire'), refused);
    const first = await list('?limit=3');
    expect(idsOf(first)).toEqual(['0-6', '0-5', '0-4']);
    await bury(api.log, posts('flood'), refused);
    const second = await list(`?limit=3&cursor=${first.next}`);
    expect(idsOf(second)).toEqual(['0-3', '0-2', '0-1']);
    const third = await list(`?limit=3&cursor=${second.next}`);
    expect(idsOf(third)).toEqual(['0-0']);
    expect(third.next).toBeNull();
    const fires = await list('?event=fire&limit=3');
    expect(idsOf(fires)).toEqual(['0-5', '0-3', '0-1']);
    expect(fires.next).toBeNull();
  });

  it('cuts what a stranger wrote, and shows no more of an answer than 1,024 bytes', async () => {
    const headers = {
      ce_type: 'x'.repeat(5_000),
      ce_subject: 'y'.repeat(5_000),
      ce_knativeerrordest: 'z'.repeat(5_000),
      ce_knativeerrorcode: 'no number',
      ce_knativeerrordata: Buffer.alloc(9_000, 'a').toString('base64'),
    };
    await api.log.append([{ topic: DEAD_LETTERS.name, key: '', headers, value: null }]);
    const [letter] = (await list()).deadLetters;
    expect(letter).toMatchObject({ bytes: 0, status: null, topic: null });
    expect(letter!.type).toHaveLength(300);
    expect(letter!.event).toHaveLength(300);
    expect(letter!.destination).toHaveLength(300);
    expect(letter!.answer).toBe('a'.repeat(1_024));
  });

  it('pages through more letters than a page has, each once', async () => {
    const letter = { ...posts('flood'), topic: DEAD_LETTERS.name };
    for (let n = 0; n < 5; n++) await api.log.append(Array.from({ length: 500 }, () => letter));
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const page: DeadLetterPage = await list(`?limit=1000${next === null ? '' : `&cursor=${next}`}`);
      seen.push(...page.deadLetters.map(({ id }) => id));
      next = page.next;
    } while (next !== null);
    expect(seen).toEqual(Array.from({ length: 2_500 }, (_, n) => `0-${2_499 - n}`));
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['cursor=elsewhere', 'cursor'],
    ['cursor=1-2-', 'cursor'],
    ['events=flood', 'events'],
  ])('refuses ?%s', async (query, field) => {
    const problem = await problemOf(await api.call('GET', `/api/dead-letters?${query}`));
    expect(problem).toMatchObject({ status: 400, fields: [field] });
  });

  it('knows only events that there are', async () => {
    expect((await problemOf(await api.call('GET', '/api/dead-letters?event=nothing'))).status).toBe(404);
  });
});

describe('an event page', () => {
  it('shows what could not be delivered, with its reason, and sends it again', async () => {
    await api.make('Flood');
    await api.log.createTopic(rawTweets('flood'));
    const page = async (): Promise<string> => (await api.call('GET', '/events/flood')).text();
    expect(await page()).not.toContain('What could not be delivered');
    await bury(api.log, posts('flood'), hostile);
    await expect.poll(page).toContain('Answered 422: &lt;b&gt;&amp;&quot;');
    const sent = await api.call('POST', '/events/flood/resend');
    expect(sent.status).toBe(303);
    expect(sent.headers.get('location')).toBe('/events/flood?done=resent');
    expect(await page()).not.toContain('What could not be delivered');
    expect(await api.log.lag('normalizer-flood', 'raw-tweets.flood')).toBe(1);
    expect((await api.call('POST', '/events/nothing/resend')).status).toBe(404);
  });
});
