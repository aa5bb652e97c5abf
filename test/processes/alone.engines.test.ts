// Every process alone, on real engines: how soon it answers, that it drains, and that two beside each other behave.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openKafkaLog } from '../../eventing/kafka.ts';
import { rawTweets } from '../../eventing/topics.ts';
import { kafkaSettings } from '../../eventing/kafka-settings.ts';
import type { Log } from '../../eventing/log.ts';
import { openCassandraStore } from '../../sql/cassandra.ts';
import type { Store } from '../../sql/store.ts';
import { describeWithOwnEngines } from '../engines/addresses.ts';
import { makeEvent, newCode } from '../factories.ts';
import {
  cpuOf,
  delivery, ends, firstAnswer, halves, idOf, json, makeFlood, openPlace, post, recordOf, until, type Place,
} from './running.ts'; // prettier-ignore

/** Of the processors' time, which says on a busy machine, too, how long it takes on an idle one. */
const SOON_MS = 1_200;

const isSet =
  (...wanted: readonly number[]) =>
  (found: readonly number[]): boolean =>
    found.length === wanted.length && wanted.every((one) => found.includes(one));

describeWithOwnEngines('Every process alone', () => {
  let place: Place;
  let store: Store;
  let log: Log;
  beforeAll(async () => {
    place = await openPlace('alone');
    store = await openCassandraStore(place.settings, () => undefined);
    log = await openKafkaLog(kafkaSettings(place.env)!, () => undefined);
  });
  afterAll(async () => {
    await store.close();
    await log.close();
    await place.close();
  });

  test.each(['event-api', 'controller', 'normalizer'] as const)(
    '%s answers soon and ends at SIGTERM with 0',
    async (name) => {
      const alone = await place.run(name);
      const { ms } = await firstAnswer(`${alone.url}/healthz`);
      const cpu = cpuOf(alone);
      process.stderr.write(`${name}: first answer after ${Math.round(ms)} ms, ${cpu} ms of CPU\n`);
      expect(cpu).toBeLessThan(SOON_MS);
      expect(await ends(alone)).toMatchObject({ status: 0 });
      expect(alone.err()).not.toContain('"level":"warning"');
    },
  );

  test('event-api and normalizer finish what was accepted when SIGTERM comes', async () => {
    const event = makeEvent({ code: newCode() });
    await store.createEvent(event);
    const record = delivery(recordOf(event.code, [post(1)]));
    const upload = halves(new Uint8Array(await new Response(record.body).arrayBuffer()));
    const normalizer = await place.run('normalizer');
    const eventApi = await place.run('event-api');
    for (const { url } of [normalizer, eventApi]) await firstAnswer(url);
    const stored = fetch(normalizer.url, { ...record, body: upload.body, duplex: 'half' });
    const asked = json('POST', { name: `Slow ${event.code}`, keywords: ['flood'] });
    const slow = halves(await new Response(asked.body).bytes());
    const created = fetch(`${eventApi.url}/api/events`, { ...asked, body: slow.body, duplex: 'half' });
    await sleep(500);
    const ended = Promise.all([ends(normalizer), ends(eventApi)]);
    await sleep(300);
    upload.go();
    slow.go();
    expect([(await stored).status, (await created).status]).toEqual([204, 201]);
    expect((await ended).map(({ status }) => status)).toEqual([0, 0]);
    expect(await store.total(event.code)).toBe(1);
  });

  test('two event APIs let one of two stale edits in, and each shows what the other made', async () => {
    const [a, b] = [await place.run('event-api'), await place.run('event-api')];
    await Promise.all([a, b].map(({ url }) => firstAnswer(url)));
    const name = `Two ${newCode()}`;
    const made = await Promise.all([makeFlood(a.url, name), makeFlood(b.url, name)]);
    expect(made.map(({ status }) => status)).toSatisfy(isSet(201, 409));
    const { code } = (await made.find(({ status }) => status === 201)!.json()) as { code: string };
    const tagOf = async (url: string): Promise<string> =>
      (await fetch(`${url}/api/events/${code}`)).headers.get('etag')!;
    const tag = await tagOf(a.url);
    expect(await tagOf(b.url)).toBe(tag);
    const edits = [a, b].map(({ url }, n) =>
      fetch(`${url}/api/events/${code}`, json('PATCH', { description: `by ${n}` }, { 'if-match': tag })),
    );
    expect((await Promise.all(edits)).map(({ status }) => status)).toSatisfy(isSet(200, 412));
    expect(await tagOf(a.url)).toBe(await tagOf(b.url));
    expect(await Promise.all([ends(a), ends(b)])).toMatchObject([{ status: 0 }, { status: 0 }]);
  });

  test('two normalizers given the same records at once store the rows of one', async () => {
    const event = makeEvent({ code: newCode() });
    await store.createEvent(event);
    const both = [await place.run('normalizer'), await place.run('normalizer')];
    await Promise.all(both.map(({ url }) => firstAnswer(url)));
    const numbers = Array.from({ length: 60 }, (_, n) => n);
    const records = [numbers.slice(0, 40), numbers.slice(20)].map((some) =>
      recordOf(event.code, some.map(post)),
    );
    const answers = both.flatMap(({ url }) => records.map((record) => fetch(url, delivery(record))));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    const { tweets } = await store.tweets(event.code, { limit: 1_000 });
    expect(tweets.map((row) => row.t_id).toSorted()).toEqual(numbers.map(idOf).toSorted());
    expect(await store.total(event.code)).toBe(60);
    expect(await store.rejected(event.code, 10)).toEqual([]);
    await Promise.all(both.map(ends));
  });

  test.each(['event-api', 'controller', 'normalizer'] as const)(
    '%s that starts without Cassandra answers 503, says so, and works when it is back',
    async (name) => {
      await place.engines.cassandra.kill();
      const alone = await place.run(name);
      const event = makeEvent({ code: newCode() });
      const ask = (): Promise<Response> =>
        name === 'event-api'
          ? fetch(`${alone.url}/api/events`)
          : fetch(
              name === 'controller' ? `${alone.url}/tick` : alone.url,
              delivery(recordOf(event.code, [post(1)])),
            );
      await firstAnswer(`${alone.url}/healthz`);
      expect((await ask()).status).toBe(503);
      expect(alone.err()).toContain('CASSANDRA_CONTACT_POINTS');
      await place.engines.cassandra.restart();
      await until('the store takes an event', () => store.createEvent(event));
      await until(`${name} works`, async () => (await ask()).ok);
      expect(await ends(alone)).toMatchObject({ status: 0 });
    },
  );

  test('every process that starts without Kafka waits for it, and ends at SIGTERM also while it waits', async () => {
    await place.engines.kafka.kill();
    const names = ['event-api', 'controller', 'tracker'] as const;
    const started = await Promise.all(names.map((name) => place.run(name, { SOURCE: 'none' })));
    const [eventApi, controller, tracker] = started as [
      (typeof started)[0],
      (typeof started)[0],
      (typeof started)[0],
    ];
    await firstAnswer(eventApi.url);
    const made = await makeFlood(eventApi.url, `Without ${newCode()}`);
    expect(made.status).toBe(201);
    const { code } = (await made.json()) as { code: string };
    await until('all have said so', () => started.every(({ err }) => err().includes('"level":"warning"')));
    const impatient = await place.run('tracker', { SOURCE: 'none' });
    await until('it has said so', () => impatient.err().includes('"level":"warning"'));
    expect((await ends(impatient)).status, impatient.err()).toBe(143);
    await place.engines.kafka.restart();
    await until(
      'the controller ticks',
      async () => (await fetch(`${controller.url}/tick`, { method: 'POST' })).ok,
    );
    await until('the tracker has made the topic', async () =>
      (await log.topics()).includes(rawTweets(code).name),
    );
    expect(await Promise.all([ends(eventApi), ends(controller), ends(tracker)])).toMatchObject([
      { status: 0 }, { status: 0 }, { status: 143 },
    ]); // prettier-ignore
  });
});
