// Events through the JSON API: made and announced.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../eventing/log.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { announced, NOW, openApi, problemOf } from './fixture.ts';
import type { Api } from './fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

/** An API whose log takes what it is given only when it is let go, or then fails. */
async function behindSlowLog(): Promise<{ slow: Api; letGo: PromiseWithResolvers<void> }> {
  const letGo = Promise.withResolvers<void>();
  const append: Log['append'] = async (messages) => {
    await letGo.promise;
    await api.log.append(messages);
  };
  return { slow: await openApi({ log: { ...api.log, append } }), letGo };
}

describe('POST /api/events', () => {
  it('creates an active event in version 1 and says where it is', async () => {
    const body = { name: ' Hurricane Sandy ', keywords: ['sandy', ' "storm surge" ', 'sandy'] };
    const response = await api.call('POST', '/api/events', body);
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/api/events/hurricane-sandy');
    expect(response.headers.get('etag')).toBe('"1"');
    expect(await response.json()).toEqual({
      code: 'hurricane-sandy',
      name: 'Hurricane Sandy',
      description: '',
      keywords: ['sandy', '"storm surge"'],
      status: 'active',
      version: 1,
      createdAt: NOW.toISOString(),
      updatedAt: NOW.toISOString(),
      collectSince: null,
    });
  });

  it('keeps from when on posts are wanted when it is to look back', async () => {
    const body = { name: 'Flood', keywords: ['flood'], catchUpHours: 30 };
    const response = await api.call('POST', '/api/events', body);
    expect(response.status).toBe(201);
    const event = (await response.json()) as CrisisEvent;
    expect(Date.parse(event.createdAt) - Date.parse(event.collectSince!)).toBe(30 * 3_600_000);
    const { code } = event;
    await api.call('PATCH', `/api/events/${code}`, { keywords: ['water'] });
    expect(await api.store.event(code)).toMatchObject({ collectSince: event.collectSince, version: 2 });
    expect((await announced(api.log)).map(({ collectSince }) => collectSince)).toContain(event.collectSince);
    const changed = await api.call('PATCH', `/api/events/${code}`, { catchUpHours: 3 });
    expect(await problemOf(changed)).toMatchObject({ status: 422 });
  });

  it.each([-1, 169, 1.5, '24', null])(
    'refuses to look back %j hours, and says what would be right',
    async (hours) => {
      const body = { name: 'Flood', keywords: ['flood'], catchUpHours: hours };
      const problem = await problemOf(await api.call('POST', '/api/events', body));
      expect(problem).toMatchObject({ status: 422 });
      expect(JSON.stringify(problem)).toMatch(/catchUpHours.*whole number of hours from 0 to 168/);
      expect(await api.store.events()).toEqual([]);
    },
  );

  it('announces the whole event', async () => {
    const event = await api.make('Flood');
    expect(await announced(api.log)).toEqual([event]);
  });

  it('answers 201 also when the event is saved but the log does not take it', async () => {
    await api.log.deleteTopic('events');
    const response = await api.call('POST', '/api/events', { name: 'Flood', keywords: ['flood'] });
    expect(response.status).toBe(201);
    expect(await api.store.event('flood')).toMatchObject({ name: 'Flood', version: 1 });
    expect(api.reported).toEqual(["error: Saved, but not announced until the controller's next tick: flood"]);
  });

  it('answers 201 within seconds while the log is away, and announces as soon as that takes it', async () => {
    const { slow, letGo } = await behindSlowLog();
    await using _ = slow;
    const began = performance.now();
    const event = await slow.make('Flood');
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(slow.reported).toEqual(['warning: Saved, but the log has yet to take version 1 of flood']);
    letGo.resolve();
    await vi.waitFor(async () => expect(await announced(api.log)).toEqual([event]));
  });

  it('reports an announcement that fails after its answer was given', async () => {
    const { slow, letGo } = await behindSlowLog();
    await using _ = slow;
    await slow.make('Flood');
    letGo.reject(new Error('no broker answers'));
    await vi.waitFor(() =>
      expect(slow.reported.at(-1)).toBe(
        "error: Saved, but not announced until the controller's next tick: flood",
      ),
    );
  });

  it.each([
    ['Inondations à Orléans', 'inondations-a-orleans'],
    ['2013 Alberta floods', 'event-2013-alberta-floods'],
    ['Überflutung ⚠ Köln', 'uberflutung-koln'],
    ['O\'Neill "quoted" <b>', 'o-neill-quoted-b'],
  ])('makes of the name %s the code %s', async (name, code) => {
    expect((await api.make(name)).code).toBe(code);
  });

  it('numbers events whose names have nothing a code can hold, with the smallest number never used', async () => {
    await api.make('Event 2');
    const names = ['地震', 'наводнение', 'زلزال', 'भूकंप'];
    const codes: string[] = [];
    for (const name of names) codes.push((await api.make(name)).code);
    expect(codes).toEqual(['event-1', 'event-3', 'event-4', 'event-5']);
    expect((await api.store.event('event-4'))?.name).toBe('زلزال');
  });

  it('never gives a code twice, not even that of a purged event', async () => {
    await api.make('Flood');
    await api.call('DELETE', '/api/events/flood?purge=true');
    const problem = await problemOf(
      await api.call('POST', '/api/events', { name: 'FLOOD!', keywords: ['x'] }),
    );
    expect(problem).toMatchObject({ status: 409, fields: ['name'] });
  });

  it('lets one of two people have a name that both want at once', async () => {
    const both = await Promise.all(
      ['one', 'two'].map((keyword) =>
        api.call('POST', '/api/events', { name: 'Flood', keywords: [keyword] }),
      ),
    );
    expect(both.map(({ status }) => status)).toEqual(expect.arrayContaining([201, 409]));
    expect(await api.store.events()).toHaveLength(1);
  });
});

describe('POST /api/refresh', () => {
  it('announces every event again', async () => {
    await api.make('Flood');
    await api.make('Fire');
    await api.log.deleteTopic('events');
    await api.log.createTopic({
      name: 'events',
      partitions: 1,
      compacted: true,
      retentionMs: -1,
      maxMessageBytes: 1_000_000,
    });
    const response = await api.call('POST', '/api/refresh');
    expect(await response.json()).toEqual({ announced: 2 });
    expect((await announced(api.log)).map(({ code }) => code).toSorted()).toEqual(['fire', 'flood']);
  });

  it('answers 503 when the log does not take them', async () => {
    await api.make('Flood');
    await api.log.deleteTopic('events');
    expect((await problemOf(await api.call('POST', '/api/refresh'))).status).toBe(503);
  });

  it('answers 503 within seconds while the log is away', async () => {
    const { slow, letGo } = await behindSlowLog();
    await using _ = slow;
    const began = performance.now();
    expect((await problemOf(await slow.call('POST', '/api/refresh'))).status).toBe(503);
    expect(performance.now() - began).toBeLessThan(3_000);
    letGo.reject(new Error('no broker answers'));
  });
});
