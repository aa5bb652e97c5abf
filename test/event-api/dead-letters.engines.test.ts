// Dead letters on a real Kafka: listed, sent again once, by whichever replica is asked.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tweetsReceived } from '../../eventing/cloud-events.ts';
import { openKafkaLog } from '../../eventing/kafka.ts';
import type { Log } from '../../eventing/log.ts';
import { FIXED_TOPICS, rawTweets } from '../../eventing/topics.ts';
import { describeWithOwnEngines } from '../engines/addresses.ts';
import type { Engine } from '../engines/engine.ts';
import { prepareTools, startKafka } from '../engines/engines.ts';
import { openApi, type Api } from './fixture.ts';
import { bury, recordsOn, refused, resend, unsent } from './letters.ts';

describeWithOwnEngines('dead letters on Kafka', () => {
  let dir: string;
  let broker: Engine;
  let log: Log;
  let api: Api;
  let other: Api;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'epicenter-letters-'));
    broker = await startKafka({ dir }, await prepareTools());
    const settings = { brokers: [broker.address], ssl: false, caFile: undefined, sasl: undefined };
    log = await openKafkaLog(settings, () => undefined);
    for (const topic of [...FIXED_TOPICS, rawTweets('flood')]) await log.createTopic(topic);
    api = await openApi({ log });
    other = await openApi({ log, store: api.store });
    await api.make('Flood');
  });
  afterAll(async () => {
    await other[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
    await log.close();
    await broker.kill();
    await rm(dir, { recursive: true, force: true });
  });

  it('are sent again once, as they were', async () => {
    const message = tweetsReceived('tracker', 'flood', Buffer.from('one\ntwo\n'));
    for (let n = 0; n < 3; n++) await bury(log, message, refused);
    expect(await unsent(api)).toEqual(['0-2', '0-1', '0-0']);
    expect(await resend(api, { ids: ['0-1'] })).toMatchObject({ resent: 1 });
    expect(await unsent(other)).toEqual(['0-2', '0-0']);
    expect(await resend(other, { all: true })).toMatchObject({ resent: 2 });
    expect(await resend(api, { all: true })).toMatchObject({ resent: 0 });
    const back = await recordsOn(log, 'raw-tweets.flood');
    expect(back).toHaveLength(3);
    for (const { key, headers, value } of back) {
      expect({ key, headers }).toEqual({ key: message.key, headers: message.headers });
      expect(Buffer.from(value!).toString()).toBe('one\ntwo\n');
    }
  });
});
