// POST /api/dead-letters/resend when something is in the way: a letter that cannot go back, a log that fails, a wrong request.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LETTER_RESENT } from '../../eventing/cloud-events.ts';
import type { Log } from '../../eventing/log.ts';
import { deadLetterPage } from '../../functions/event-api/dead-letters.ts';
import { openApi, problemOf } from './fixture.ts';
import type { Api } from './fixture.ts';
import {
  bury,
  recordsOn,
  refused,
  resend,
  unsent,
  nothing,
  openWithTopics,
  postsFor,
  textsOn,
} from './letters.ts';

let api: Api;
beforeEach(async () => {
  api = await openWithTopics();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

describe('POST /api/dead-letters/resend', () => {
  it('says why it cannot send a letter, keeps it and sends the others', async () => {
    await api.call('DELETE', '/api/events/fire?purge=true');
    await api.make('Quake');
    await bury(api.log, postsFor('fire'), refused);
    await bury(api.log, postsFor('quake'), refused);
    await bury(api.log, postsFor('nobody'), refused);
    await bury(
      api.log,
      { topic: 'raw-tweets.flood', key: '', headers: {}, value: Buffer.from('x') },
      refused,
    );
    await bury(api.log, postsFor('flood'), refused);
    const ids = ['0-0', '0-1', '0-2', '0-3', '0-4', '0-99', '3-0'];
    const { resent, refused: why } = await resend(api, { ids });
    expect(resent).toBe(1);
    expect(why.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
      { id: '0-0', reason: 'fire is purged: its posts are not wanted any more.' },
      { id: '0-1', reason: 'The topic raw-tweets.quake is not there any more.' },
      { id: '0-2', reason: 'There is no event with its code: nobody.' },
      { id: '0-3', reason: 'Nothing here takes its type: dev.knative.kafka.event.' },
      { id: '0-99', reason: 'There is no dead letter with this id.' },
      { id: '3-0', reason: 'There is no dead letter with this id.' },
    ]);
    expect(await unsent(api)).toEqual(['0-3', '0-2', '0-1', '0-0']);
  });

  it('does not send the beginning of a record for the whole of it', async () => {
    await bury(api.log, postsFor('flood', 'x'.repeat(3_000_000)), refused);
    const listed = deadLetterPage.parse(await (await api.call('GET', '/api/dead-letters')).json());
    expect(listed.deadLetters).toMatchObject([{ bytes: 3_000_000, topic: 'raw-tweets.flood' }]);
    const { resent, refused: why } = await resend(api, { all: true });
    expect(resent).toBe(0);
    expect(why).toEqual([
      { id: '0-0', reason: 'It is longer than any topic takes: only its beginning was kept.' },
    ]);
  });

  it('loses nothing when it dies between sending and marking', async () => {
    await bury(api.log, postsFor('flood'), refused);
    const append: Log['append'] = async (messages) => {
      if (messages.some(({ headers }) => headers['ce_type'] === LETTER_RESENT)) throw new Error('disk full');
      await api.log.append(messages);
    };
    await using dying = await openApi({ log: { ...api.log, append }, store: api.store });
    const failed = await dying.call('POST', '/api/dead-letters/resend', { all: true });
    expect((await problemOf(failed)).status).toBe(503);
    expect(dying.reported).toContainEqual('error: Dead letters could not be sent again');
    expect(await unsent(api)).toEqual(['0-0']);
    expect(await resend(api, { all: true })).toEqual({ ...nothing, resent: 1 });
    // Twice, and the rows are the same: both are the same event.
    const ids = (await recordsOn(api.log, 'raw-tweets.flood')).map(({ headers }) => headers['ce_id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('marks what went through when the log stops taking records half way', async () => {
    for (let n = 0; n < 5; n++) await bury(api.log, postsFor('flood', `${n}`), refused);
    let left = 2;
    const append: Log['append'] = async (messages) => {
      if (messages[0]?.topic === 'raw-tweets.flood' && left-- <= 0) throw new Error('no leader');
      await api.log.append(messages);
    };
    await using failing = await openApi({ log: { ...api.log, append }, store: api.store });
    const failed = await failing.call('POST', '/api/dead-letters/resend', { all: true });
    expect((await problemOf(failed)).status).toBe(503);
    expect(await unsent(api)).toHaveLength(3);
    expect(await resend(api, { all: true })).toEqual({ ...nothing, resent: 3 });
    expect(await textsOn(api.log, 'raw-tweets.flood')).toHaveLength(5);
  });

  it.each([
    ['nothing', {}, 'body'],
    ['two at once', { all: true, event: 'flood' }, 'body'],
    ['an all that is none', { all: false }, 'all'],
    ['no ids', { ids: [] }, 'ids'],
    ['what is no id', { ids: ['first'] }, 'ids.0'],
    ['too many ids', { ids: Array.from({ length: 1_001 }, (_, n) => `0-${n}`) }, 'ids'],
    ['an unknown field', { id: '0-0' }, 'id'],
  ])('refuses %s', async (_, body, field) => {
    const problem = await problemOf(await api.call('POST', '/api/dead-letters/resend', body));
    expect(problem.status).toBe(422);
    expect(problem.fields).toContain(field);
  });

  it('knows only events that there are', async () => {
    const response = await api.call('POST', '/api/dead-letters/resend', { event: 'nothing' });
    expect((await problemOf(response)).status).toBe(404);
  });
});
