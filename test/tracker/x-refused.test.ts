// Which keywords X refuses, asked of a server that answers as X does.
import { describe, expect, it } from 'vitest';
import { xRules } from '../../tracker/x-api.ts';
import { Refused } from '../../tracker/x-refused.ts';
import { makeEvent } from '../factories.ts';
import { json, ruleBook, serve } from './x-server.ts';

const MINUTE_MS = 60_000;
const flood = makeEvent({ code: 'flood', keywords: ['flood', 'the'] });
const whole = { value: '"flood" OR "the"', reason: 'no', tooMany: false };

describe('Refused', () => {
  it('asks again after five minutes and allows what X takes by then', async () => {
    let refuses = true;
    await using server = await serve(ruleBook(9, (value) => refuses && value === '"the"').answers);
    let now = 0;
    const refused = new Refused(xRules(server.url, 't'), () => now);
    expect(await refused.learn([whole], [flood])).toBe(true);
    expect(refused.allowed([flood])).toMatchObject([{ keywords: ['flood'] }]);
    refuses = false;
    now = 4 * MINUTE_MS;
    expect(await refused.askAgain()).toBe(false);
    now = 5 * MINUTE_MS;
    expect(await refused.askAgain()).toBe(true);
    expect(refused.allowed([flood])).toEqual([flood]);
    refused.review([flood]);
    expect(refused.standing).toEqual([]);
  });

  it('says that the whole rule is refused where X takes each keyword of it alone', async () => {
    await using server = await serve(ruleBook().answers);
    const refused = new Refused(xRules(server.url, 't'), () => 0);
    expect(await refused.learn([whole], [flood])).toBe(false);
    refused.review([flood]);
    expect(refused.standing).toEqual([{ event: 'flood', keywords: ['flood', 'the'], more: 0, reason: 'no' }]);
  });

  it('still holds a keyword for refused while X has no room for one more rule', async () => {
    await using server = await serve({
      'POST rules': (response) => json(response, 422, { title: 'RulesCapExceeded', type: 'x/rule-cap' }),
    });
    const refused = new Refused(xRules(server.url, 't'), () => 5 * MINUTE_MS);
    const the = makeEvent({ keywords: ['the'] });
    await refused.learn([{ value: '"the"', reason: 'no', tooMany: false }], [the]);
    expect(await refused.askAgain()).toBe(false);
    expect(refused.allowed([the])).toMatchObject([{ keywords: [] }]);
  });

  it('tells at most ten keywords of a refusal, and how many more there are', async () => {
    await using server = await serve(ruleBook(99, () => true).answers);
    const keywords = Array.from({ length: 12 }, (_, n) => `word${n}`);
    const event = makeEvent({ code: 'many', keywords });
    const refused = new Refused(xRules(server.url, 't'), () => 0);
    await refused.learn(
      keywords.map((keyword) => ({ value: `"${keyword}"`, reason: 'no', tooMany: true })),
      [event],
    );
    await refused.learn(
      [{ value: keywords.map((one) => `"${one}"`).join(' OR '), reason: 'full', tooMany: true }],
      [event],
    );
    refused.review([event]);
    expect(refused.standing).toEqual([
      { event: 'many', keywords: keywords.slice(0, 10), more: 2, reason: 'full' },
    ]);
  });
});
