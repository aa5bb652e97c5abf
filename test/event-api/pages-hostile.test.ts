// Whatever a stranger or a person wrote is text on every page, and turns nothing else around.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApi } from './fixture.ts';
import type { Api } from './fixture.ts';
import { pageAt, submit, written } from './pages-fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi({ now: () => new Date() });
});
afterEach(() => api[Symbol.asyncDispose]());

describe('a hostile post', () => {
  const hostile = `<script>alert(1)</script> "><img src=x onerror='x'> &amp; \u202Egnp.exe`;

  it('is text wherever it says something', async () => {
    await api.make('Sandy');
    const everywhere = {
      t_text: hostile,
      u_name: hostile,
      u_screen_name: hostile,
      event_kw: hostile,
      t_lang: '"><script>',
      t_id: '7',
      media_url: 'javascript:alert(1)',
      urls: ['https://example.org/"><script>', 'data:text/html,<script>'],
    };
    await api.store.saveTweets([written('7', everywhere)]);
    const text = await pageAt(api, '/events/sandy');
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).toContain('<script type="module" src="/assets/live.js">');
    expect(text).not.toContain('<img');
    expect(text).not.toContain('javascript:');
    expect(text).not.toContain('data:text');
    expect(text).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt; &quot;&gt;&lt;img src=x onerror=&#39;x&#39;&gt; &amp;amp; \u202Egnp.exe',
    );
  });

  it('cannot turn the text beside it around: names and text are isolated', async () => {
    await api.make('Sandy');
    await api.store.saveTweets([
      written('7', { u_name: '\u202Eevil', u_screen_name: '\u202Elive', t_text: 'שלום' }),
    ]);
    const text = await pageAt(api, '/events/sandy');
    expect(text).toContain('<bdi class="name">\u202Eevil</bdi>');
    expect(text).toContain('<bdi class="handle">@\u202Elive</bdi>');
    expect(text).toMatch(/<p class="text" dir="auto"\s*><span>שלום<\/span><\/p>/);
  });

  it('is text in what an event says, too', async () => {
    const made = await submit(api, '/events', {
      name: '<b>Flood</b>',
      keywords: "'><i>flood",
      description: '</p><script>',
    });
    expect(made.status).toBe(303);
    for (const path of ['/', '/events/b-flood-b', '/events/b-flood-b/edit']) {
      const text = await pageAt(api, path);
      expect(text).not.toMatch(/<b>|<i>/);
      expect(text.match(/<script/g)).toHaveLength(1);
    }
  });
});
