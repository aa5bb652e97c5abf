// Posts made for tests, and what becomes of them.
import type { Envelope, Post } from '../../eventing/batch.ts';
import { normalise } from '../../functions/normalizer/normalise.ts';
import type { Tweet, TweetRow } from '../../sql/tweet.ts';

export const EVENT = 'flood-2026';
/** A snowflake of 22 August 2026, 20:02:53.000 UTC and the next ms: (ms - 1288834974657) << 22, by hand. */
export const TIME = Date.UTC(2026, 7, 22, 20, 2, 53);
export const ID = String((BigInt(TIME) - 1288834974657n) << 22n);

export function envelope(overrides: Partial<Envelope> = {}): Envelope {
  return {
    keywords: ['flood', 'evacuate'],
    rules: [],
    receivedAt: '2026-08-22T20:02:59.123456Z',
    via: 'stream',
    source: 'x',
    ...overrides,
  };
}

export function postOf(message: unknown, overrides: Partial<Envelope> = {}): Post {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return { envelope: envelope(overrides), message: Buffer.from(text) };
}

export function tweetOf(message: unknown, overrides: Partial<Envelope> = {}): Tweet {
  const made = normalise(EVENT, postOf(message, overrides));
  if ('rejected' in made) throw new Error(`rejected: ${made.rejected}`);
  return made.tweet;
}

export const rowOf = (message: unknown, overrides: Partial<Envelope> = {}): TweetRow =>
  tweetOf(message, overrides).row;

export function reasonOf(message: unknown, overrides: Partial<Envelope> = {}): string {
  const made = normalise(EVENT, postOf(message, overrides));
  if ('tweet' in made) throw new Error('not rejected');
  return made.rejected;
}

type Fields = Record<string, unknown>;

export const user = (overrides: Fields = {}): Fields => ({
  id: 12,
  id_str: '12',
  name: 'Ada Example',
  screen_name: 'ada',
  followers_count: 5,
  created_at: 'Sat Dec 14 04:35:55 +0000 2013',
  ...overrides,
});

export const status = (overrides: Fields = {}): Fields => ({
  created_at: 'Sat Aug 22 20:02:53 +0000 2026',
  id: 1,
  id_str: ID,
  text: 'The water is rising',
  user: user(),
  entities: { hashtags: [], urls: [], user_mentions: [] },
  ...overrides,
});

export const v2Post = (overrides: Fields = {}): Fields => ({
  id: ID,
  text: 'The water is rising',
  created_at: '2026-08-22T20:02:53.000Z',
  author_id: '12',
  ...overrides,
});

export const v2User = (overrides: Fields = {}): Fields => ({
  id: '12',
  name: 'Ada Example',
  username: 'ada',
  created_at: '2013-12-14T04:35:55.000Z',
  ...overrides,
});
