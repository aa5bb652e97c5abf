// The pages in a real browser, on a real store behind a real socket and under the real policy.
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveEventApi } from '../../functions/event-api/serve.ts';
import type { Serving } from '../../functions/event-api/serve.ts';
import { launch, noChromium, overflow, visit, WHY } from './chromium.ts';
import type { Visit } from './chromium.ts';
import { openApi } from './fixture.ts';
import type { Api } from './fixture.ts';
import { written } from './pages-fixture.ts';

let browser: Browser;
let api: Api;
let server: Serving;
beforeAll(async () => {
  if (!noChromium) browser = await launch();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  api = await openApi({ now: () => new Date() });
  server = await serveEventApi({ app: api.app, host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await server.close();
  await api[Symbol.asyncDispose]();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const visited = await visit(browser, options);
  await visited.page.goto(server.url + path);
  return visited;
}

const NARROW = { viewport: { width: 360, height: 740 } };

describe.skipIf(noChromium)(`the pages in Chromium ${WHY}`, () => {
  it('make an event with the keyboard alone', async () => {
    await using visited = await open('/');
    const { page } = visited;
    const focused = (): Promise<string> => page.locator(':focus').innerText();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Harbour flood');
    await page.keyboard.press('Tab');
    await page.keyboard.type('flood\n"high water"');
    for (let fields = 0; fields < 3; fields += 1) await page.keyboard.press('Tab');
    expect(await focused()).toBe('Start collecting');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/events/harbour-flood?done=created');
    expect((await api.store.event('harbour-flood'))?.keywords).toEqual(['flood', '"high water"']);
    expect(visited.complaints).toEqual([]);
  });

  it('are under a policy that stops inline scripts and styles, and the browser says so', async () => {
    await using visited = await open('/');
    await visited.page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<p style="color:red">')`);
    await expect.poll(() => visited.complaints.join()).toContain('style-src');
  });

  it('say what is wrong with a form, keep what was typed and put the cursor there', async () => {
    await using visited = await open('/new-event');
    const { page } = visited;
    await page.getByLabel('Name').fill('Flood');
    await page.getByLabel('Keywords').fill('flood\n\n???');
    await page.getByRole('button', { name: 'Start collecting' }).click();
    await page.getByText('Line 3, “???”').waitFor();
    expect(await page.getByLabel('Keywords').inputValue()).toBe('flood\n\n???');
    expect(await page.locator(':focus').getAttribute('id')).toBe('keywords');
    await page.getByLabel('Keywords').fill('flood');
    await page.getByRole('button', { name: 'Start collecting' }).click();
    await page.waitForURL('**/events/flood?done=created');
    expect(visited.complaints).toEqual([]);
  });

  it('show a post that is stored while they are open, as text, and count it', async () => {
    await api.make('Sandy');
    await using visited = await open('/events/sandy');
    const { page } = visited;
    await page.locator('#pulse', { hasText: 'Live' }).waitFor();
    const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    await api.store.saveTweets([
      written('1', { t_text: hostile, u_name: '<b>Ann</b>', t_created_at: Date.now() - 5_000 }),
    ]);
    await page.locator('#post-1').waitFor();
    expect(await page.locator('#post-1 .text').innerText()).toBe(hostile);
    expect(await page.locator('#post-1 .name').innerText()).toBe('<b>Ann</b>');
    expect(await page.locator('#post-1 time').innerText()).toMatch(/^\d+s ago$/);
    await page.locator('.number', { hasText: '1' }).waitFor();
    await page.getByText('+1 since you opened this').waitFor();
    expect(await page.title()).toBe('Sandy – Epicenter');
    expect(visited.complaints).toEqual([]);
  });

  it('keep the newest fifty posts in order when hundreds come at once, none twice', async () => {
    await api.make('Sandy');
    await using visited = await open('/events/sandy');
    await visited.page.locator('#pulse', { hasText: 'Live' }).waitFor();
    const ids = Array.from({ length: 400 }, (_, index) => String(1000 + index));
    for (const from of [0, 200]) {
      await api.store.saveTweets(ids.slice(from, from + 200).map((id) => written(id)));
      await visited.page.locator(`#post-${1000 + from + 199}`).waitFor();
    }
    const shown = visited.page.locator('.post');
    const found = await shown.evaluateAll((posts) => posts.map((post) => post.id.replace('post-', '')));
    expect(found).toEqual(ids.toReversed().slice(0, 50));
  });

  it('hold still while the reader asks for it, and then catch up', async () => {
    await api.make('Sandy');
    await using visited = await open('/events/sandy');
    const { page } = visited;
    await page.getByRole('button', { name: 'Hold' }).click();
    await api.store.saveTweets([written('1')]);
    await page.waitForTimeout(2_500);
    expect(await page.locator('.post').count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('#post-1').waitFor();
  });

  it.each([true, false])('pause, resume and archive with JavaScript on: %s', async (javaScriptEnabled) => {
    await api.make('Sandy');
    await using visited = await open('/events/sandy', { javaScriptEnabled });
    const { page } = visited;
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused. Nothing new is collected').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Resumed.').waitFor();
    const sure = page.getByRole('button', { name: 'Archive this event' });
    expect(await sure.isVisible()).toBe(false);
    await page.getByText('Archive…').click();
    await sure.click();
    await page.getByText('Archived. What was collected stays').waitFor();
    expect((await api.store.event('sandy'))?.status).toBe('archived');
    expect(visited.complaints).toEqual([]);
  });

  it('lay a right-to-left post out right to left, the one beside it left to right', async () => {
    await api.make('Sandy');
    await api.store.saveTweets([
      written('1', { t_text: 'الجسر مغلق now' }),
      written('2', { t_text: 'Bridge closed' }),
    ]);
    await using visited = await open('/events/sandy');
    const sides = async (id: string): Promise<string> =>
      visited.page.locator(`#post-${id} .text`).evaluate((text) => {
        const [box, words] = [text.getBoundingClientRect(), text.firstElementChild!.getBoundingClientRect()];
        return words.left - box.left < box.right - words.right ? 'left' : 'right';
      });
    expect([await sides('1'), await sides('2')]).toEqual(['right', 'left']);
  });

  it.each(['light', 'dark'] as const)(
    'fit 360 pixels in the %s, whatever words they show',
    async (colorScheme) => {
      const word = 'Donaudampfschifffahrtsgesellschaft'.repeat(3);
      const { code } = await api.make(word, [word, 'https://example.org/' + 'x'.repeat(90)]);
      await api.make('Sandy');
      await api.store.saveTweets([
        written('1', {
          t_text: `https://example.org/${word.repeat(5)}`,
          u_name: word.repeat(2),
          event_kw: word,
        }),
      ]);
      await using visited = await visit(browser, { ...NARROW, colorScheme });
      for (const path of [
        '/',
        '/new-event',
        '/events/sandy',
        `/events/${code}`,
        `/events/${code}/edit`,
        '/events/none',
      ]) {
        await visited.page.goto(server.url + path);
        expect(await overflow(visited.page), path).toBe(0);
      }
      const paper = await visited.page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
      expect(paper).toBe(colorScheme === 'light' ? 'rgb(246, 242, 234)' : 'rgb(17, 19, 23)');
      expect(visited.complaints).toEqual([]);
    },
  );
});
