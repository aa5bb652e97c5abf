// Calls for pages and their forms, and a tweet of the event `sandy` with any columns.
import { expect } from 'vitest';
import type { Tweet } from '../../sql/tweet.ts';
import { tweetAt } from './fixture.ts';
import type { Api } from './fixture.ts';

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The HTML at `path`, which must be there. */
export async function pageAt(api: Api, path: string): Promise<string> {
  const response = await api.call('GET', path);
  expect(response.status, path).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  return response.text();
}

export function submit(api: Api, path: string, fields: Record<string, string> = {}): Promise<Response> {
  return api.call('POST', path, new URLSearchParams(fields).toString(), FORM);
}

export function written(id: string, row: Partial<Tweet['row']> = {}): Tweet {
  const tweet = tweetAt('sandy', id, '2012-10-29T22:00:00Z');
  return { ...tweet, row: { ...tweet.row, ...row } };
}
