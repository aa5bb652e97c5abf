// The Cassandra store while its server says nothing or is gone: loud, in bounded time, and well again afterwards.
import { expect, onTestFinished, test } from 'vitest';
import { openCassandraStore } from '../../sql/cassandra.ts';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { cassandraSettings } from '../../sql/cassandra-settings.ts';
import { describeWithOwnEngines } from '../engines/addresses.ts';
import { prepareTools, startCassandra } from '../engines/engines.ts';
import { idAt, makeEvent, makeTweet } from '../factories.ts';
import { tempDir } from '../journey/running.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const batch = (from: number) => Array.from({ length: 200 }, (_, n) => makeTweet({ t_id: idAt(NOON + from + n * 1_000) })); // prettier-ignore

const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describeWithOwnEngines('openCassandraStore', () => {
  test('rejects in bounded time while Cassandra is stopped or gone, and works again when it is back', async () => {
    using dir = tempDir('cassandra-outage');
    const engine = await startCassandra({ dir: dir.path }, await prepareTools());
    onTestFinished(() => engine.kill());
    const settings = cassandraSettings({
      CASSANDRA_CONTACT_POINTS: engine.address,
      CASSANDRA_KEYSPACE: 'outage',
    })!;
    await applySchema(settings);
    const before = sockets();
    const store = await openCassandraStore(settings, () => undefined);
    onTestFinished(() => store.close());
    await store.saveTweets(batch(0));

    engine.pause();
    const began = performance.now();
    const event = makeEvent();
    const during = await Promise.allSettled([
      store.saveTweets(batch(1_000_000)),
      store.createEvent(event),
      store.tweets('flood', { limit: 5 }),
    ]);
    expect(during.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(performance.now() - began).toBeLessThan(20_000);
    engine.resume();
    await expect.poll(() => store.saveTweets(batch(1_000_000)), { timeout: 30_000 }).toEqual([]);
    expect(await store.total('flood')).toBe(400);
    // The first try may have been done after all; then the second finds the code taken, by the same event.
    const again = await store.createEvent(event);
    expect(typeof again).toBe('boolean');
    expect(await store.event(event.code)).toEqual(event);

    await engine.kill();
    await expect(store.saveTweets(batch(2_000_000))).rejects.toThrow('did not store');
    await engine.restart();
    await expect.poll(() => store.saveTweets(batch(2_000_000)), { timeout: 60_000, interval: 500 }).toEqual([]); // prettier-ignore
    expect(await store.total('flood')).toBe(600);

    await store.close();
    await expect.poll(sockets, { timeout: 15_000 }).toBe(before);
  });
});
