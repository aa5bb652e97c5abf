// What a person is told of keywords that the source does not collect: on the event's page, also on an open one, and in its JSON.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressed } from '../../eventing/cloud-events.ts';
import type { Refusal } from '../../eventing/collection.ts';
import { makeProgress } from '../factories.ts';
import { openApi, serveApi, type Api } from './fixture.ts';
import { pageAt } from './pages-fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
  await api.make('Sandy', ['sandy', 'the']);
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const the: Refusal = { event: 'sandy', keywords: ['the'], more: 0, reason: '<b>too</b> common' };

let second = 0;
async function says(of: Api, ...refused: Refusal[]): Promise<void> {
  second += 1;
  const at = new Date(Date.UTC(2012, 9, 29, 22, 29, second)).toISOString();
  await of.log.append([progressed('tracker', makeProgress({ source: 'x', at, refused }))]);
}

async function refusedIn(of: Api, code = 'sandy'): Promise<unknown> {
  const response = await of.call('GET', `/api/events/${code}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { refused: unknown }).refused;
}

const { event: _, ...shown } = the;

describe('keywords that X refuses', () => {
  it('are in the JSON of their event until X takes them', async () => {
    await api.make('Fire');
    await says(api, the);
    expect(await refusedIn(api)).toEqual([shown]);
    expect(await refusedIn(api, 'fire')).toEqual([]);
    await says(api);
    await vi.waitFor(async () => expect(await refusedIn(api)).toEqual([]));
  });

  it('are gone as soon as the event has them no more or is paused', async () => {
    await says(api, the);
    await api.call('PATCH', '/api/events/sandy', { status: 'paused' });
    expect(await refusedIn(api)).toEqual([]);
    await api.call('PATCH', '/api/events/sandy', { status: 'active', keywords: ['sandy'] });
    expect(await refusedIn(api)).toEqual([]);
  });

  it('are on the page of their event, with X’s own words as text', async () => {
    await says(api, the, { ...the, keywords: ['sandy'], more: 12, reason: 'X takes no more rules' });
    const page = await pageAt(api, '/events/sandy');
    expect(page).toContain('X does not collect some of these keywords');
    expect(page).toContain('&lt;b&gt;too&lt;/b&gt; common');
    expect(page).toContain('…and 12 more.');
    expect(page).toContain('X takes no more rules');
  });

  it('are not made up while the tracker’s word cannot be read', async () => {
    await api.log.deleteTopic('progress');
    expect(await refusedIn(api)).toBeNull();
    expect(await pageAt(api, '/events/sandy')).not.toContain('does not collect');
  });

  it('appear on a page that is open, and leave it', async () => {
    await using served = await serveApi();
    await served.make('Sandy', ['sandy', 'the']);
    await says(served);
    const stop = new AbortController();
    const response = await fetch(`${served.url}/events/sandy/live`, { signal: stop.signal });
    let heard = '';
    const reading = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) heard += chunk;
    })().catch(() => undefined);
    await vi.waitFor(() => expect(heard).toContain('"id":"refused"'), 5_000);
    await says(served, the);
    await vi.waitFor(() => expect(heard).toContain('does not collect some'), 5_000);
    heard = '';
    await says(served);
    await vi.waitFor(() => expect(heard).toContain('{"id":"refused","html":""}'), 5_000);
    stop.abort();
    await reading;
  });
});
