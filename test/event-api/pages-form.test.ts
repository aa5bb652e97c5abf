// The event form without scripts: what it takes, what it says, what it keeps.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApi } from './fixture.ts';
import type { Api } from './fixture.ts';
import { pageAt, submit } from './pages-fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi({ now: () => new Date() });
});
afterEach(() => api[Symbol.asyncDispose]());

describe('the form', () => {
  it('makes an event: a keyword a line, blank lines and spaces do not matter', async () => {
    const response = await submit(api, '/events', {
      name: 'Sandy',
      keywords: ' sandy \r\n\r\n"new york" flood\r\n',
      description: '',
    });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/events/sandy?done=created']);
    expect((await api.store.event('sandy'))?.keywords).toEqual(['sandy', '"new york" flood']);
  });

  it('of a new event also looks back, if a number of hours is given', async () => {
    const typed = { name: 'Sandy', keywords: 'sandy', description: '', catchUpHours: ' 48 ' };
    await submit(api, '/events', typed);
    const event = (await api.store.event('sandy'))!;
    expect(Date.parse(event.createdAt) - Date.parse(event.collectSince!)).toBe(48 * 3_600_000);
    await submit(api, '/events', { ...typed, name: 'Flood', catchUpHours: '' });
    expect((await api.store.event('flood'))?.collectSince).toBeNull();
    const refused = await submit(api, '/events', { ...typed, name: 'Dam', catchUpHours: 'two <days>' });
    expect(refused.status).toBe(422);
    const text = await refused.text();
    expect(text).toMatch(/id="catchUpHours-wrong">\s*<li>This is a whole number of hours from 0 to 168/);
    expect(text).toContain('value="two &lt;days&gt;"');
    expect(await pageAt(api, '/events/sandy/edit')).not.toContain('catchUpHours');
  });

  it('keeps what was typed and says which line is wrong', async () => {
    const response = await submit(api, '/events', {
      name: '',
      keywords: 'flood\r\n\r\n!!!\r\nlow "town"',
      description: 'as <typed>',
    });
    expect(response.status).toBe(422);
    const text = await response.text();
    expect(text).toMatch(/<li>Line 3, “!!!”: A keyword needs at least one letter or digit/);
    expect(text).toContain('<li>An event needs a name.</li>');
    expect(text).toMatch(/>\s*flood\n\n!!!\nlow &quot;town&quot;<\/textarea/);
    expect(text).toMatch(/as &lt;typed&gt;<\/textarea/);
    expect(text).toMatch(
      /id="name"[^>]*aria-invalid="true"[^>]*aria-describedby="name-wrong name-hint"[^>]*autofocus/,
    );
    expect(text).toMatch(/id="keywords"[^>]*aria-invalid="true"/);
    expect(text).not.toMatch(/id="description"[^>]*aria-invalid/);
    expect(await api.store.events()).toEqual([]);
  });

  it('says that a name is taken beside the name', async () => {
    await api.make('Sandy');
    const response = await submit(api, '/events', { name: 'Sandy', keywords: 'sandy' });
    expect(response.status).toBe(409);
    expect(await response.text()).toMatch(/id="name-wrong">\s*<li>An event with the code sandy/);
  });

  it('of an edit that is stale says so, shows what is there now and lets the next save replace it', async () => {
    await api.make('Sandy', ['sandy']);
    await api.call('PATCH', '/api/events/sandy', { keywords: ['hurricane'] });
    const mine = { name: 'Sandy', keywords: 'mine', description: '' };
    const response = await submit(api, '/events/sandy', { ...mine, version: '1' });
    expect(response.status).toBe(412);
    const text = await response.text();
    expect(text).toContain('Somebody else has changed this event');
    expect(text).toContain('hurricane');
    expect(text).toMatch(/>\s*mine<\/textarea/);
    const version = /name="version" value="(\d+)"/.exec(text)?.[1];
    expect((await submit(api, '/events/sandy', { ...mine, version: version! })).status).toBe(303);
    expect((await api.store.event('sandy'))?.keywords).toEqual(['mine']);
  });

  it('that is saved as it was opened makes no new version', async () => {
    await api.call('POST', '/api/events', { name: 'Sandy', keywords: ['a b', 'c'], description: 'one\ntwo' });
    const text = await pageAt(api, '/events/sandy/edit');
    expect(text).toMatch(/\n?one\ntwo<\/textarea/);
    const fields = { name: 'Sandy', keywords: 'a b\r\nc', description: 'one\r\ntwo', version: '1' };
    expect((await submit(api, '/events/sandy', fields)).status).toBe(303);
    expect((await api.store.event('sandy'))?.version).toBe(1);
  });

  it('is refused when it is too large, of another type or without its version', async () => {
    const large = await submit(api, '/events', { name: 'x'.repeat(300_000), keywords: 'x' });
    expect([large.status, await large.text()]).toEqual([413, expect.stringContaining('256 KB')]);
    expect((await api.call('POST', '/events', '{}')).status).toBe(415);
    await api.make('Sandy');
    expect((await submit(api, '/events/sandy', { name: 'Sandy', keywords: 'x', version: 'x' })).status).toBe(
      422,
    );
  });
});
