import { describe, expect, it } from 'vitest';
import { objectOf, objectsOf, stringOf, type Json } from '../../eventing/post.ts';
import { snowflakes } from '../../tracker/x-simulator/snowflake.ts';
import { addRules, call, read, simulate, type Simulated } from './x-simulator-calls.ts';
import { manualClock } from './x-simulator-clock.ts';

const DAY = 86_400_000;
const start = Date.parse('2026-09-01T12:00:00Z');
const FIELDS = '&tweet.fields=id,text,created_at,author_id,referenced_tweets&expansions=author_id';

const search = async (x: Simulated, query: string, more = FIELDS) =>
  call(x.url, 'GET', `/2/tweets/search/recent?query=${encodeURIComponent(query)}${more}`);
const dataOf = (answer: { body: unknown }): readonly Json[] => objectsOf(objectOf(answer.body)['data']);
const textsOf = (answer: { body: unknown }): unknown[] => dataOf(answer).map((post) => post['text']);
const metaOf = (answer: { body: unknown }): Json => objectOf(objectOf(answer.body)['meta']);

/** Posts `texts`, a minute between them, and lets half an hour pass. */
async function posted(...texts: string[]) {
  const clock = manualClock(start);
  const x = await simulate({ posts: [], clock });
  const ids: string[] = [];
  for (const text of texts) {
    ids.push(x.push(text));
    await clock.advance(60_000);
  }
  await clock.advance(30 * 60_000);
  return { x, clock, ids };
}

describe('the search of the simulator', () => {
  it('finds what matches, newest first, whether or not there was a rule for it', async () => {
    const { x, ids } = await posted('a flood', 'sun', 'FLOOD again', 'floods');
    await using _ = x;
    const found = await search(x, 'flood');
    expect(found.status).toBe(200);
    expect(textsOf(found)).toEqual(['FLOOD again', 'a flood']);
    expect(metaOf(found)).toEqual({ newest_id: ids[2], oldest_id: ids[0], result_count: 2 });
    expect(objectOf(found.body)['includes']).toEqual({
      users: [{ id: '1', name: 'Somebody', username: 'somebody' }],
    });
    expect((await search(x, 'nothing')).body).toEqual({ meta: { result_count: 0 } });
  });

  it('never finds a retweet, and finds a quote by its own words alone', async () => {
    const { x, clock } = await posted('flood');
    await using _ = x;
    const id = snowflakes(9);
    const includes = { tweets: [{ id: '1', text: 'dam' }] };
    for (const type of ['retweeted', 'quoted']) {
      const data = { id: id(clock.now()), text: `flood ${type}`, referenced_tweets: [{ type, id: '1' }] };
      x.push({ data, includes });
    }
    await clock.advance(60_000);
    expect(textsOf(await search(x, 'flood'))).toEqual(['flood quoted', 'flood']);
    expect(textsOf(await search(x, 'dam'))).toEqual([]);
  });

  it('gives pages of at most max_results, and every post once', async () => {
    const texts = Array.from({ length: 25 }, (_, index) => `flood ${index}`);
    const { x } = await posted(...texts);
    await using _ = x;
    const pages: unknown[][] = [];
    let token = '';
    do {
      const page = await search(x, 'flood', `${FIELDS}&max_results=10${token}`);
      pages.push(textsOf(page));
      const next = stringOf(metaOf(page)['next_token']);
      token = next === undefined ? '' : `&next_token=${next}`;
    } while (token !== '');
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(pages.flat()).toEqual(texts.toReversed());
  });

  it('keeps to ids, both ends excluded, and to times, the end excluded', async () => {
    const { x, ids } = await posted('flood 0', 'flood 1', 'flood 2', 'flood 3');
    await using _ = x;
    const between = `${FIELDS}&since_id=${ids[0]}&until_id=${ids[3]}`;
    expect(textsOf(await search(x, 'flood', between))).toEqual(['flood 2', 'flood 1']);
    const times = `${FIELDS}&start_time=2026-09-01T12:01:00Z&end_time=2026-09-01T12:03:00Z`;
    expect(textsOf(await search(x, 'flood', times))).toEqual(['flood 2', 'flood 1']);
  });

  it('does not find the last 30 s yet, nor what is older than a week', async () => {
    const { x, clock } = await posted('flood old');
    await using _ = x;
    await clock.advance(7 * DAY);
    x.push('flood new');
    await clock.advance(29_000);
    expect(textsOf(await search(x, 'flood'))).toEqual([]);
    await clock.advance(2_000);
    expect(textsOf(await search(x, 'flood'))).toEqual(['flood new']);
  });

  it.each([
    ['', '', /query/],
    ['x'.repeat(513), '', /512/],
    ['(flood', '', /parenthesis/],
    ['-flood', '', /non-negation/],
    ['flood', '&max_results=9', /max_results/],
    ['flood', '&max_results=101', /max_results/],
    ['flood', '&since_id=abc', /since_id/],
    ['flood', '&since_id=1', /must be a tweet id created after 2026-08-25T12:31Z/],
    ['flood', '&since_id=2091254801626038272&start_time=2026-09-01T00:00:00Z', /conjunction/],
    ['flood', '&start_time=2026-08-01T00:00:00Z', /on or after/],
    ['flood', '&start_time=yesterday', /start_time/],
    ['flood', '&end_time=2026-09-01T12:30:55Z', /10 seconds/],
    ['flood', '&next_token=abc', /next_token/],
  ])('refuses the query %j with %j', async (query, more, reason) => {
    const { x } = await posted('flood');
    await using _ = x;
    const refused = await search(x, query, more);
    expect(refused.status).toBe(400);
    const [error] = objectsOf(objectOf(refused.body)['errors']);
    expect(error!['message']).toMatch(reason);
  });

  it('answers in the dialect of the fields that are asked for, and with no field that is not', async () => {
    const { x, ids } = await posted('a flood');
    await using _ = x;
    const bare = { id: ids[0], text: 'a flood' };
    expect(dataOf(await search(x, 'flood', '&tweet.fields=lang,nonsense'))).toEqual([
      { ...bare, lang: 'und', edit_history_tweet_ids: [ids[0]] },
    ]);
    for (const more of ['', '&post.fields=id']) {
      expect(dataOf(await search(x, 'flood', more))).toEqual([{ ...bare, edit_history_post_ids: [ids[0]] }]);
    }
  });
});

describe('the money of the simulator', () => {
  it('counts a post once a day, whether it came by stream or by search', async () => {
    const clock = manualClock(start);
    await using x = await simulate({ posts: [], clock, ruleDelayMs: 0 });
    await addRules(x.url, 'flood');
    const reader = await read(x.url);
    x.push('flood 1');
    reader.close();
    await clock.advance(60_000);
    x.push('flood 2');
    await clock.advance(60_000);
    await search(x, 'flood');
    await search(x, 'flood');
    const usage = async (): Promise<Json> =>
      objectOf((await call(x.url, 'GET', '/2/usage/tweets?days=2')).body);
    expect(await usage()).toMatchObject({
      data: {
        project_usage: '2',
        project_cap: '3000000',
        daily_project_usage: {
          usage: [
            { date: '2026-09-01T00:00:00.000Z', usage: '2' },
            { date: '2026-08-31T00:00:00.000Z', usage: '0' },
          ],
        },
      },
    });
    await clock.advance(DAY);
    await search(x, 'flood');
    expect(objectOf((await usage())['data'])['project_usage']).toBe('4');
  });

  it('ends the stream and answers 402 when credits are out, 429 when the month is used up', async () => {
    await using x = await simulate({ posts: [], credits: 2 });
    await addRules(x.url, 'flood');
    const reader = await read(x.url);
    for (const number of [1, 2, 3]) x.push(`flood ${number}`);
    expect(await reader.ended).toBe('clean');
    expect(reader.lines()).toHaveLength(2);
    const refused = await call(x.url, 'GET', '/2/tweets/search/stream');
    expect(refused).toMatchObject({ status: 402, body: { title: 'CreditsDepleted' } });
    expect(await search(x, 'flood')).toMatchObject({ status: 402 });
    x.fault({ do: 'credits', left: 100 });
    const again = await read(x.url);
    expect(again.status).toBe(200);
    again.close();
    await using capped = await simulate({ posts: [], monthlyCap: 0 });
    await addRules(capped.url, 'flood');
    expect(await call(capped.url, 'GET', '/2/tweets/search/stream')).toMatchObject({
      status: 429,
      body: { type: expect.stringMatching(/usage-capped$/), period: 'Monthly', scope: 'Product' },
    });
  });
});
