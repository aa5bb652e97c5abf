// Signing in and using a form in a real browser: what it sends with our headers is what the guard asks for.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { serveApi } from './fixture.ts';

const executablePath = '/usr/bin/chromium';
const missing = !existsSync(executablePath) && process.env['CI'] !== 'true';

describe.skipIf(missing)('A browser (skipped where /usr/bin/chromium is missing)', () => {
  it('signs in once, then creates an event with the page’s own form', async () => {
    await using api = await serveApi({ access: { loopback: false, token: 'secret-token' } });
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      await page.goto(`${api.url}/`);
      expect(new URL(page.url()).pathname).toBe('/session');
      await page.fill('[name=token]', 'wrong');
      await page.click('main button');
      expect(await page.textContent('main')).toContain('This is not the token.');
      await page.fill('[name=token]', 'secret-token');
      await page.click('main button');
      expect(new URL(page.url()).pathname).toBe('/');
      await page.goto(`${api.url}/new-event`);
      await page.fill('[name=name]', 'Flood');
      await page.fill('[name=keywords]', 'flood');
      await page.click('main button.primary');
      await page.waitForURL(`${api.url}/events/flood?*`);
      expect((await api.store.events()).map(({ code }) => code)).toEqual(['flood']);
    } finally {
      await browser.close();
    }
  });
});
