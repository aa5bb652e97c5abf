// Events through the JSON API: changed, archived, purged.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crisisEvent, eventStatus } from '../../sql/crisis-event.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { announced, openApi, problemOf } from './fixture.ts';
import type { Api } from './fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const asEvent = async (response: Response): Promise<CrisisEvent> => crisisEvent.parse(await response.json());

describe('PATCH /api/events/{code}', () => {
  it('changes what is given, keeps the rest, and announces the next version', async () => {
    const before = await api.make('Flood');
    const response = await api.call('PATCH', '/api/events/flood', { keywords: ['flood', 'évacuer'] });
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe('"2"');
    const after = await asEvent(response);
    expect(after).toEqual({ ...before, keywords: ['flood', 'évacuer'], version: 2 });
    expect((await announced(api.log)).at(-1)).toEqual(after);
  });

  it('makes no new version of what is the same', async () => {
    await api.make('Flood');
    for (const patch of [{}, { name: 'Flood' }, { keywords: ['flood'] }, { status: 'active' }]) {
      const response = await api.call('PATCH', '/api/events/flood', patch);
      expect(response.headers.get('etag')).toBe('"1"');
    }
    expect(await announced(api.log)).toHaveLength(1);
  });

  it('keeps the code when the name changes', async () => {
    await api.make('Flood');
    const event = await asEvent(await api.call('PATCH', '/api/events/flood', { name: 'High water' }));
    expect(event).toMatchObject({ code: 'flood', name: 'High water' });
  });

  it.each([
    ['active', 'paused', 200],
    ['paused', 'active', 200],
    ['active', 'archived', 200],
    ['paused', 'archived', 200],
    ['archived', 'purged', 200],
    ['active', 'purged', 409],
    ['paused', 'purged', 409],
    ['archived', 'active', 409],
    ['archived', 'paused', 409],
    ['purged', 'active', 409],
    ['purged', 'paused', 409],
    ['purged', 'archived', 409],
  ])('from %s to %s answers %i', async (from, to, status) => {
    const event = await api.make('Flood');
    const path = { active: [], paused: ['paused'], archived: ['archived'], purged: ['archived', 'purged'] }[
      from
    ];
    let version = event.version;
    for (const step of path ?? []) {
      version += 1;
      const changed = { ...event, status: eventStatus.parse(step), version };
      expect(await api.store.changeEvent(changed)).toBe(true);
    }
    const response = await api.call('PATCH', '/api/events/flood', { status: to });
    expect(response.status).toBe(status);
    expect((await api.store.event('flood'))?.status).toBe(status === 200 ? to : from);
    if (status === 409) expect((await problemOf(response)).fields).toEqual(['status']);
  });

  it('changes nothing of a purged event', async () => {
    await api.make('Flood');
    await api.call('DELETE', '/api/events/flood?purge=true');
    expect((await api.call('PATCH', '/api/events/flood', { name: 'Other' })).status).toBe(409);
  });

  it('loses neither of two changes made at once', async () => {
    await api.make('Flood');
    const both = await Promise.all([
      api.call('PATCH', '/api/events/flood', { name: 'High water' }),
      api.call('PATCH', '/api/events/flood', { keywords: ['river'] }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(await api.store.event('flood')).toMatchObject({
      name: 'High water',
      keywords: ['river'],
      version: 3,
    });
  });

  it('lets one of two people change the version that both have read', async () => {
    await api.make('Flood');
    const both = await Promise.all(
      ['High water', 'Low water'].map((name) =>
        api.call('PATCH', '/api/events/flood', { name }, { 'if-match': '"1"' }),
      ),
    );
    expect(both.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 412]));
    expect((await api.store.event('flood'))?.version).toBe(2);
  });

  it.each([
    ['"1"', 200],
    ['*', 200],
    ['"2"', 412],
    ['"0"', 412],
    ['"abc"', 412],
    ['W/"1"', 412],
    ['1', 400],
    ['"1', 400],
    ['"1", "2"', 400],
    ['', 400],
  ])('with If-Match %s answers %i', async (tag, status) => {
    await api.make('Flood');
    const response = await api.call('PATCH', '/api/events/flood', { name: 'Other' }, { 'if-match': tag });
    expect(response.status).toBe(status);
    if (status !== 200) expect((await problemOf(response)).fields).toEqual(['header If-Match']);
  });
});

describe('DELETE /api/events/{code}', () => {
  it('archives, and does so once', async () => {
    await api.make('Flood');
    for (let time = 0; time < 2; time += 1) {
      const response = await api.call('DELETE', '/api/events/flood');
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ status: 'archived', version: 2 });
    }
  });

  it.each(['active', 'paused', 'archived'])('with purge=true purges an event that is %s', async (status) => {
    await api.make('Flood');
    await api.call('PATCH', '/api/events/flood', { status });
    const response = await api.call('DELETE', '/api/events/flood?purge=true');
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ code: 'flood', status: 'purged' });
    expect((await announced(api.log)).at(-1)).toMatchObject({ status: 'purged' });
  });

  it('archives before it purges, in versions of their own', async () => {
    await api.make('Flood');
    const response = await api.call('DELETE', '/api/events/flood?purge=true', undefined, {
      'if-match': '"1"',
    });
    expect(await response.json()).toMatchObject({ status: 'purged', version: 3 });
  });

  it('purges nothing when the version is stale', async () => {
    await api.make('Flood');
    const response = await api.call('DELETE', '/api/events/flood?purge=true', undefined, {
      'if-match': '"7"',
    });
    expect(response.status).toBe(412);
    expect((await api.store.event('flood'))?.status).toBe('active');
  });

  it('refuses a purge that is neither true nor false', async () => {
    await api.make('Flood');
    const response = await api.call('DELETE', '/api/events/flood?purge=yes');
    expect(await problemOf(response)).toMatchObject({ status: 400, fields: ['purge'] });
  });
});
