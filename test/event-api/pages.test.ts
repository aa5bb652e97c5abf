// The pages as a browser without scripts gets them: the whole app on a real store and log.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signInPage } from '../../functions/event-api/pages/sign-in.ts';
import { openApi, tweetAt } from './fixture.ts';
import type { Api } from './fixture.ts';
import { pageAt, submit, written } from './pages-fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi({ now: () => new Date() });
});
afterEach(() => api[Symbol.asyncDispose]());

describe('the overview', () => {
  it('shows a newcomer the form for the first event', async () => {
    const text = await pageAt(api, '/');
    expect(text).toContain('Where is it happening?');
    expect(text).toMatch(/<form[^>]+action="\/events"/);
  });

  it('shows running events, folds archived ones and leaves out purged ones', async () => {
    await api.make('Sandy', ['sandy', 'hurricane']);
    await api.make('Old flood');
    await api.make('Mistake');
    await api.call('DELETE', '/api/events/old-flood');
    await api.call('DELETE', '/api/events/mistake?purge=true');
    const text = await pageAt(api, '/');
    const [running, folded] = text.split('<details class="archive"');
    expect(running).toContain('href="/events/sandy"');
    expect(running).toContain('hurricane');
    expect(running).not.toContain('href="/events/old-flood"');
    expect(folded).toContain('href="/events/old-flood"');
    expect(text).not.toContain('mistake');
  });

  it('says how many posts there are and that a gap is open', async () => {
    await api.make('Sandy');
    await api.store.saveTweets([written('1'), written('2')]);
    await api.store.saveGap({
      event: 'sandy',
      from: '2012-10-29T22:10:00.000Z',
      to: null,
      reason: 'Cut off.',
      recovered: 0,
      note: '',
    });
    const text = await pageAt(api, '/');
    expect(text).toMatch(/<strong>2<\/strong>\s*posts/);
    expect(text).toContain('Gap, began');
  });

  it('announces all events again', async () => {
    const response = await submit(api, '/refresh');
    expect([response.status, response.headers.get('location')]).toEqual([303, '/?done=refreshed']);
    expect(await pageAt(api, '/?done=refreshed')).toContain('All events were announced again.');
    expect(await pageAt(api, '/?done=constructor')).not.toContain('role="status"');
  });
});

describe("an event's page", () => {
  it('is there whatever the code: the form for a new event has an address that is no code', async () => {
    for (const name of ['New', 'New event', 'Live', 'Edit']) {
      const { code } = await api.make(name);
      expect(await pageAt(api, `/events/${code}`)).toContain(`<h1 dir="auto">${name}</h1>`);
    }
    expect(await pageAt(api, '/new-event')).toContain('<h1>New event</h1>');
  });

  it('pauses, resumes and archives, and says why it cannot', async () => {
    await api.make('Sandy');
    for (const [verb, status] of [
      ['pause', 'paused'],
      ['resume', 'active'],
      ['archive', 'archived'],
    ] as const) {
      const response = await submit(api, `/events/sandy/${verb}`);
      expect([response.status, (await api.store.event('sandy'))?.status]).toEqual([303, status]);
    }
    const refused = await submit(api, '/events/sandy/resume');
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain('An event that is archived cannot become active.');
  });

  it('answers 404 for an event that is not there and 400 for a cursor that is none', async () => {
    for (const path of ['/events/nothing', '/events/nothing/edit', '/events/nothing/live']) {
      const response = await api.call('GET', path);
      expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('<h1>')]);
    }
    expect((await submit(api, '/events/nothing/pause')).status).toBe(404);
    await api.make('Sandy');
    expect((await api.call('GET', '/events/sandy?cursor=no')).status).toBe(400);
  });

  it('leads through all posts, newest first, without showing one twice', async () => {
    await api.make('Sandy');
    const ids = Array.from({ length: 120 }, (_, index) => String(1000 + index));
    await api.store.saveTweets(ids.map((id) => written(id)));
    const seen: string[] = [];
    for (let path: string | undefined = '/events/sandy'; path !== undefined;) {
      const text = await pageAt(api, path);
      seen.push(...[...text.matchAll(/id="post-(\d+)"/g)].map((match) => match[1]!));
      path = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual(ids.toReversed());
  });

  it('draws counts over time with a name, a table and the gaps as bands', async () => {
    await api.make('Sandy');
    await api.store.saveTweets(['1', '2', '3'].map((id) => written(id)));
    await api.store.saveTweets([tweetAt('sandy', '4', '2012-10-29T22:30:00Z')]);
    await api.store.saveGap({
      event: 'sandy',
      from: '2012-10-29T22:10:00.000Z',
      to: '2012-10-29T22:12:00.000Z',
      reason: 'The cable was cut.',
      recovered: 3,
      note: 'Reposts are lost.',
    });
    const text = await pageAt(api, '/events/sandy');
    expect(text).toContain(
      'aria-label="4 posts from 29 Oct 2012, 22:00 UTC to 29 Oct 2012, 22:31 UTC, in bars of 1 min; at most 3 in one bar; 1 gap."',
    );
    expect(text).toMatch(
      /<th scope="row">29 Oct 2012, 22:00<\/th>|<th scope="row">29 Oct 2012, 22:00 UTC<\/th>/,
    );
    expect(text).toContain('Gap from 29 Oct 2012, 22:10 UTC to 29 Oct 2012, 22:12 UTC: The cable was cut.');
    expect(text).toMatch(/3 posts found by search\. Reposts are lost\./);
    expect(text).toContain('href="/api/events/sandy/tweets.jsonl"');
  });

  it('marks reposts, quotes, replies and edits', async () => {
    await api.make('Sandy');
    await api.store.saveTweets([
      written('9', { t_retweeted_id: '1', t_quoted_id: '2', t_reply_to_id: '3', t_edit_of: '4' }),
    ]);
    const marks = [...(await pageAt(api, '/events/sandy')).matchAll(/class="mark">([^<]+)</g)].map(
      (match) => match[1],
    );
    expect(marks).toEqual(['Repost', 'Quote', 'Reply', 'Edited']);
  });
});

describe('pages', () => {
  it('have no inline style, script or handler, which the policy forbids', async () => {
    await api.make('Sandy');
    await api.store.saveTweets([written('1')]);
    const pages = await Promise.all(
      ['/', '/new-event', '/events/sandy', '/events/sandy/edit'].map((path) => pageAt(api, path)),
    );
    for (const text of [...pages, String(await signInPage('No.'))]) {
      expect(text).not.toMatch(/\sstyle=|\son\w+=|<style|<script(?! type="module" src=)/);
    }
  });

  it('get their assets once and then only ask whether they have changed', async () => {
    for (const name of ['style.css', 'live.js', 'icon.svg']) {
      const response = await api.call('GET', `/assets/${name}`);
      expect(response.status).toBe(200);
      const etag = response.headers.get('etag')!;
      const again = await api.call('GET', `/assets/${name}`, undefined, { 'if-none-match': etag });
      expect(again.status).toBe(304);
    }
    expect((await api.call('GET', '/assets/..%2Froutes.ts')).status).toBe(404);
  });
});
