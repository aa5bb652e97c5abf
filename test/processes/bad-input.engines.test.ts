// What a stranger may put on the topics, by a plain producer: each record is answered (facts/knative §1.3), and the good
// one behind it is stored.
import { Client } from 'cassandra-driver';
import { CompressionTypes, type IHeaders } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventChanged, noted } from '../../eventing/cloud-events.ts';
import { rawTweets } from '../../eventing/topics.ts';
import { describeWithOwnEngines } from '../engines/addresses.ts';
import { encodeBatch, makeEvent, makeGap } from '../factories.ts';
import { postOf, status } from '../normalizer/made.ts';
import { ends, firstAnswer, idOf, makeFlood, openPlace, post, recordOf, until, type Alone, type Place } from './running.ts'; // prettier-ignore
import { openStranger, sentOf, type Sent, type Stranger } from './stranger.ts';

describeWithOwnEngines('Bad input on real engines', () => {
  let place: Place;
  let stranger: Stranger;
  let processes: Alone[];
  const code = 'flood';

  beforeAll(async () => {
    place = await openPlace('bad-input');
    stranger = await openStranger(place, code);
    const eventApi = await place.run('event-api');
    const controller = await place.run('controller', { EPICENTER_URL: eventApi.url });
    processes = [eventApi, controller, await place.run('tracker', { SOURCE: 'none' })];
    await firstAnswer(eventApi.url);
    await until('the event is made', async () => (await makeFlood(eventApi.url, 'Flood')).status === 409);
    await until('its topic is there', async () =>
      (await stranger.log.topics()).includes(rawTweets(code).name),
    );
  });
  afterAll(async () => {
    await stranger.close();
    await place.close();
  });

  const headersOf = (more: IHeaders): IHeaders => ({ ...recordOf(code, []).headers, ...more });
  const one = encodeBatch([post(1)]);
  test.each<[string, Sent, string]>([
    ['no CloudEvent', { headers: {}, value: Buffer.from('{"id_str":"1","text":"flood"}') }, '422'],
    [
      'an unknown type',
      { headers: headersOf({ ce_type: 'dev.example.other' }), value: Buffer.from(one) },
      '422',
    ],
    [
      'an unknown event',
      { headers: headersOf({ ce_subject: 'never-made' }), value: Buffer.from(one) },
      '422',
    ],
    ['a null value', { headers: headersOf({}), value: null }, '422'],
    ['an empty value', { headers: headersOf({}), value: Buffer.alloc(0) }, '422'],
    ['a time that is none', { headers: headersOf({ ce_time: 'yesterday' }), value: Buffer.from(one) }, '422'],
  ])('a record with %s is a dead letter with its reason', async (_what, sent, answer) => {
    const [letter, ...others] = await stranger.lettersAfter(sent);
    expect(others).toEqual([]);
    expect(letter!.headers['ce_knativeerrorcode']).toBe(answer);
    const reason = Buffer.from(letter!.headers['ce_knativeerrordata']!, 'base64').toString();
    expect((JSON.parse(reason) as { title: string }).title).not.toBe('');
    expect(Buffer.from(letter!.value ?? [])).toEqual(sent.value ?? Buffer.alloc(0));
  });

  test('an absurdly large record is a dead letter of its first 64 KB', async () => {
    const value = Buffer.alloc(30_000_000, 'x');
    const [letter, ...others] = await stranger.lettersAfter(
      { headers: headersOf({}), value },
      CompressionTypes.GZIP,
    );
    expect(others).toEqual([]);
    expect(letter!.headers).toMatchObject({
      ce_knativeerrorcode: '413',
      ce_wholelength: '30000000',
      ce_subject: code,
    });
    expect(letter!.value).toHaveLength(65_536);
  });

  test('a batch that is cut off stores what is whole and keeps the rest', async () => {
    const batch = Buffer.from(encodeBatch([post(10), post(11), post(12)]));
    const before = (await stranger.store.rejected(code, 1_000)).length;
    const sent = { headers: headersOf({}), value: batch.subarray(0, batch.length - 30) };
    expect(await stranger.lettersAfter(sent)).toEqual([]);
    expect(await stranger.ids()).toEqual(expect.arrayContaining([idOf(10), idOf(11)]));
    expect(await stranger.ids()).not.toContain(idOf(12));
    expect(await stranger.store.rejected(code, 1_000)).toHaveLength(before + 1);
  });

  test('a batch with one bad line in a hundred stores 99 and keeps one', async () => {
    const numbers = Array.from({ length: 100 }, (_, n) => 100 + n);
    const posts = numbers.map((n) => (n === 142 ? postOf('{"id_str":"14') : post(n)));
    const before = new Set((await stranger.store.rejected(code, 1_000)).map(({ sha256 }) => sha256));
    expect(
      await stranger.lettersAfter({ headers: headersOf({}), value: Buffer.from(encodeBatch(posts)) }),
    ).toEqual([]);
    const stored = (await stranger.ids()).filter((id) => numbers.map(idOf).includes(id));
    expect(stored.toSorted()).toEqual(
      numbers
        .filter((n) => n !== 142)
        .map(idOf)
        .toSorted(),
    );
    const fresh = (await stranger.store.rejected(code, 1_000)).filter(({ sha256 }) => !before.has(sha256));
    expect(fresh.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['{"id_str":"14']);
  });

  test('a row that Cassandra refuses is kept as rejected, and the rest of its batch is stored', async () => {
    const client = new Client({
      contactPoints: [place.engines.cassandra.address],
      localDataCenter: 'datacenter1',
    });
    // An index of somebody's own takes no value over 64 KB.
    await client.execute(`CREATE INDEX by_description ON ${place.settings.keyspace}.tweet (u_description)`);
    const long = status({ id_str: idOf(302), user: { id_str: '12', description: 'd'.repeat(70_000) } });
    const posts = [post(301), postOf(long), post(303)];
    expect(
      await stranger.lettersAfter({ headers: headersOf({}), value: Buffer.from(encodeBatch(posts)) }),
    ).toEqual([]);
    await client.execute(`DROP INDEX ${place.settings.keyspace}.by_description`);
    await client.shutdown();
    expect(await stranger.ids()).toEqual(expect.arrayContaining([idOf(301), idOf(303)]));
    expect(await stranger.ids()).not.toContain(idOf(302));
    const [kept] = await stranger.store.rejected(code, 1);
    expect(kept!.reason).toContain('70000');
    expect(Buffer.from(kept!.bytes).toString()).toContain(idOf(302));
  });

  test('garbage on events and collection stops nobody', async () => {
    const before = (await stranger.letters()).length;
    const bomb = { ...makeEvent({ code }), version: 2 ** 40 };
    const gap = makeGap({ event: code, reason: 'while garbage came' });
    const garbage: Sent[] = [
      { value: Buffer.from('no JSON') },
      { value: null },
      { value: Buffer.alloc(0) },
      {
        headers: { ...eventChanged('x', makeEvent()).headers, ce_subject: 'x'.repeat(9_000) },
        value: Buffer.from('{}'),
      },
      { headers: { ...eventChanged('x', makeEvent()).headers }, value: Buffer.from('{"code":') },
    ];
    for (const sent of garbage) await stranger.send('events', { key: 'garbage', ...sent });
    await stranger.send('events', sentOf(eventChanged('stranger', bomb)));
    for (const sent of garbage) await stranger.send('collection', sent);
    await stranger.send(
      'collection',
      sentOf(noted('stranger', undefined, { ...gap, kind: 'gap.opened', event: '' })),
    );
    await stranger.send(
      'collection',
      sentOf(noted('stranger', undefined, { kind: 'event.released', event: code, version: 2 ** 40 })),
    );
    await stranger.send('collection', sentOf(noted('tracker', code, { ...gap, kind: 'gap.opened' })));
    await until('the gap is kept', async () =>
      (await stranger.store.gaps(code)).some(({ reason }) => reason === gap.reason),
    );
    const eventApi = processes[0]!;
    const made = await makeFlood(eventApi.url, 'After the garbage');
    expect(made.status).toBe(201);
    await until('the tracker has heard of it', async () =>
      (await stranger.log.topics()).includes(rawTweets('after-the-garbage').name),
    );
    await until(
      'nothing of events is left',
      async () => (await stranger.log.lag('controller', 'events')) === 0,
    );
    const why = (await stranger.letters()).slice(before).map(({ headers }) => headers['ce_knativeerrorcode']);
    expect(why.filter((answer) => answer !== '422')).toEqual([]);
    // Of events: three that are no CloudEvent and one without a code; of collection: all five and the two notes.
    expect(why).toHaveLength(4 + 7);
    expect((await stranger.store.releases()).has(code)).toBe(false);
    expect(processes.map(({ process: { exitCode } }) => exitCode)).toEqual([null, null, null]);
  });

  test('the processes end in good order after all of it', async () => {
    const statuses = (await Promise.all(processes.map(ends))).map((ended) => ended.status);
    expect(statuses).toEqual([0, 0, 143]);
  });
});
