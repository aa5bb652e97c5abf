// POST /api/dead-letters/resend: each letter goes back once to where it came from.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventChanged, noted } from '../../eventing/cloud-events.ts';
import { DEAD_LETTERS } from '../../eventing/topics.ts';
import { systemStatus } from '../../functions/event-api/status.ts';
import { announced, openApi } from './fixture.ts';
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
  it('puts the record back on its topic as it was', async () => {
    const message = postsFor('flood');
    await bury(api.log, message, refused);
    expect(await resend(api, { ids: ['0-0'] })).toEqual({ ...nothing, resent: 1 });
    const [record, ...others] = await recordsOn(api.log, 'raw-tweets.flood');
    expect(others).toEqual([]);
    expect({ key: record!.key, headers: record!.headers }).toEqual({
      key: message.key,
      headers: message.headers,
    });
    expect(Buffer.from(record!.value!).toString()).toBe('one\ntwo\n');
  });

  it('sends a letter once, however often and by how many it is asked', async () => {
    await bury(api.log, postsFor('flood'), refused);
    expect(await resend(api, { all: true })).toEqual({ ...nothing, resent: 1 });
    expect(await resend(api, { all: true })).toEqual(nothing);
    expect(await resend(api, { event: 'flood' })).toEqual(nothing);
    expect(await resend(api, { ids: ['0-0', '0-0'] })).toEqual({ ...nothing, already: 1 });
    // Another replica, which has seen nothing of this.
    await using other = await openApi({ log: api.log, store: api.store });
    expect(await resend(other, { all: true })).toEqual(nothing);
    expect(await textsOn(api.log, 'raw-tweets.flood')).toHaveLength(1);
    expect(await unsent(api)).toEqual([]);
  });

  it('sends a letter once when two calls come at the same time', async () => {
    for (let n = 0; n < 20; n++) await bury(api.log, postsFor('flood', `${n}`), refused);
    const answers = await Promise.all([resend(api, { all: true }), resend(api, { event: 'flood' })]);
    expect(answers.reduce((sum, { resent }) => sum + resent, 0)).toBe(20);
    expect((await textsOn(api.log, 'raw-tweets.flood')).toSorted()).toEqual(
      Array.from({ length: 20 }, (_, n) => `${n}`).toSorted(),
    );
  });

  it('sends those of an event alone', async () => {
    await bury(api.log, postsFor('flood'), refused);
    await bury(api.log, postsFor('fire'), refused);
    expect(await resend(api, { event: 'fire' })).toEqual({ ...nothing, resent: 1 });
    expect(await textsOn(api.log, 'raw-tweets.flood')).toEqual([]);
    expect(await unsent(api)).toEqual(['0-0']);
  });

  it('counts a letter that fails again as a new one', async () => {
    await bury(api.log, postsFor('flood'), refused);
    await resend(api, { all: true });
    const [again] = await recordsOn(api.log, 'raw-tweets.flood');
    await bury(api.log, again!, refused);
    // The first letter is 0-0, its marker 0-1.
    expect(await unsent(api)).toEqual(['0-2']);
    expect(await resend(api, { all: true })).toEqual({ ...nothing, resent: 1 });
  });

  it('takes what was sent off the count in the status', async () => {
    const count = async (): Promise<number | undefined> => {
      const status = systemStatus.parse(await (await api.call('GET', '/api/status')).json());
      return status.events['flood']?.deadLetters;
    };
    await bury(api.log, postsFor('flood'), refused);
    await bury(api.log, postsFor('flood'), refused);
    await bury(api.log, postsFor('fire'), refused);
    expect(await count()).toBe(2);
    await resend(api, { ids: ['0-1'] });
    await expect.poll(count).toBe(1);
    await resend(api, { all: true });
    await expect.poll(count).toBe(0);
    // One that starts now reads the same from the topic.
    await using other = await openApi({ log: api.log, store: api.store });
    const status = systemStatus.parse(await (await other.call('GET', '/api/status')).json());
    expect(status.events['flood']?.deadLetters).toBe(0);
  });

  it('sends notes back to the collection topic', async () => {
    const released = noted('tracker', 'flood', { kind: 'event.released', event: 'flood', version: 3 });
    const ofNoEvent = noted('tracker', undefined, { kind: 'lines.rejected', lines: [], more: 1 });
    await bury(api.log, released, refused);
    await bury(api.log, ofNoEvent, refused);
    expect(await resend(api, { all: true })).toEqual({ ...nothing, resent: 2 });
    expect(await recordsOn(api.log, 'collection')).toMatchObject([
      { key: 'flood', headers: released.headers },
      { key: '', headers: ofNoEvent.headers },
    ]);
    expect(await unsent(api)).toEqual([]);
  });

  it('announces an event as it is now, never the older version in the letter', async () => {
    const old = await api.store.event('flood');
    await bury(api.log, eventChanged('event-api', old!), refused);
    await api.call('PATCH', '/api/events/flood', { keywords: ['flood', 'levee'] });
    await api.log.deleteTopic('events');
    await api.log.createTopic({ ...DEAD_LETTERS, name: 'events', compacted: true });
    expect(await resend(api, { all: true })).toEqual({ ...nothing, resent: 1 });
    expect(await announced(api.log)).toMatchObject([
      { code: 'flood', version: 2, keywords: ['flood', 'levee'] },
    ]);
  });

  it('ends after a thousand and says that there are more', async () => {
    const letter = { ...postsFor('flood'), topic: DEAD_LETTERS.name };
    for (let n = 0; n < 5; n++) await api.log.append(Array.from({ length: 500 }, () => letter));
    let sent = 0;
    let calls = 0;
    for (let more = true; more; calls++) {
      const answer = await resend(api, { all: true });
      sent += answer.resent;
      more = answer.more;
    }
    expect(sent).toBe(2_500);
    expect(calls).toBe(3);
    expect(await textsOn(api.log, 'raw-tweets.flood')).toHaveLength(2_500);
  });
});
