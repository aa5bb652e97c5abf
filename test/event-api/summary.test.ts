// The end of a replay: what was read and what there is, once everything is stored.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tweetsReceived } from '../../eventing/cloud-events.ts';
import type { Log } from '../../eventing/log.ts';
import { COLLECTION, rawTweets } from '../../eventing/topics.ts';
import { summarize, type SummaryDeps } from '../../functions/event-api/summary.ts';
import { COLLECTION_GROUP, normalizerGroup } from '../../knative/manifests.ts';
import { openApi, pause, tweetAt } from './fixture.ts';
import type { Api } from './fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
  await api.make('Flood');
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const TOPIC = rawTweets('flood').name;
const NEVER = new AbortController().signal;

function depsWith(log: Log): SummaryDeps {
  const counts = { read: 1, rejected: 0, matchedByEvent: new Map([['flood', 1]]) };
  return { store: api.store, log, counts, since: Date.now(), report: api.deps.report };
}

/** Stores what the topic has after a while, as a normalizer would. */
async function storeLater(): Promise<void> {
  await pause(300);
  const stop = new AbortController();
  const handle = async (): Promise<void> => {
    await api.store.saveTweets([tweetAt('flood', '1', '2012-10-29T22:00:00.000Z')]);
    stop.abort();
  };
  const group = normalizerGroup('flood');
  await api.log.consume({ topic: TOPIC, group, inFlight: 1, from: 'earliest' }, handle, stop.signal);
}

const STORED = '{"read":1,"rejected":0,"events":{"flood":{"matched":1,"stored":1}}}';

describe('summarize', () => {
  beforeEach(async () => {
    await api.log.createTopic(rawTweets('flood'));
    await api.log.append([tweetsReceived('tracker', 'flood', Buffer.from('x'))]);
  });

  it('summarize waits for the posts on a topic that a stale list of topics lacks', async () => {
    const log: Log = { ...api.log, topics: async () => [COLLECTION.name] };
    const [summary] = await Promise.all([summarize(depsWith(log), NEVER), storeLater()]);
    expect(summary).toEqual({ line: STORED, complete: true });
  });

  it('summarize outlasts a log that cannot tell for a while', async () => {
    let failures = 3;
    const lag: Log['lag'] = (group, topic) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('the broker restarts')) : api.log.lag(group, topic);
    };
    const [summary] = await Promise.all([summarize(depsWith({ ...api.log, lag }), NEVER), storeLater()]);
    expect(summary?.line).toBe(STORED);
    expect(api.reported).toEqual([expect.stringMatching(/^warning: The log does not say/)]);
  });

  it('summarize waits for no topic that was never made, and gives up when it is told to', async () => {
    await api.make('Fire');
    expect(await summarize(depsWith(api.log), AbortSignal.timeout(100))).toBeUndefined();
    await storeLater();
    expect(await api.log.lag(COLLECTION_GROUP, COLLECTION.name)).toBe(0);
    const summary = await summarize(depsWith(api.log), NEVER);
    expect(summary?.line).toBe(
      '{"read":1,"rejected":0,"events":{"fire":{"matched":0,"stored":0},"flood":{"matched":1,"stored":1}}}',
    );
  });
});
