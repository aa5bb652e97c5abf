// A real browser for tests: Debian's Chromium. Without it they skip, by name; in CI they fail.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const PATH = '/usr/bin/chromium';

export const noChromium = !existsSync(PATH) && process.env['CI'] !== 'true';
export const WHY = `(skipped where ${PATH} is missing)`;

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** what the browser complained of: policy violations, script errors, loads that failed */
  readonly complaints: readonly string[];
}

/** A page in a profile of its own. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A page that has the status 422, as it should, is said on the console, too.
    const ownStatus = message.text().startsWith('Failed to load') && message.location().url === page.url();
    if (['error', 'warning'].includes(message.type()) && !ownStatus) complaints.push(message.text());
  });
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** How many pixels a page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
