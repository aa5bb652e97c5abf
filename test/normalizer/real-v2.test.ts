import { describe, expect, it } from 'vitest';
import { at, lines, list, read, realPostsMissing, v2Messages } from './real-posts.ts';
import { reasonOf, rowOf } from './made.ts';

/** The one of a list whose `key` is `value`. */
const one = (all: unknown[], key: string, value: unknown): unknown =>
  all.find((candidate) => at(candidate, key) === value);
const joined = (values: unknown[]): string | undefined =>
  values.length === 0 ? undefined : values.join(' ');
const value = (found: unknown): unknown => found ?? undefined;

/** A message and what it says of its author and of the post that it repeats, found one by one. */
function readingOf(message: unknown) {
  const post = at(message, 'data');
  const reference = (type: string): unknown => at(one(list(post, 'referenced_tweets'), 'type', type), 'id');
  const author = one(list(message, 'includes', 'users'), 'id', at(post, 'author_id'));
  const repeated = one(list(message, 'includes', 'tweets'), 'id', reference('retweeted'));
  const own = String(at(post, 'text'));
  const text = repeated ? `${own.slice(0, own.indexOf(': '))}: ${String(at(repeated, 'text'))}` : own;
  return { row: rowOf(message), post, author, repeated, reference, text, full: repeated ?? post };
}

describe.skipIf(realPostsMissing)('normalise with the real v2 posts of ../shared/data', () => {
  const messages = realPostsMissing ? [] : v2Messages();
  const cases = messages.map((message) => [at(message, 'data', 'id'), message] as const);

  it('has the posts of the five files', () => {
    expect(cases).toHaveLength(200 + 474 + 2 + 1 + 7);
  });

  it.each(cases)('normalise takes from the v2 post %s its text, time, counts and author', (_id, message) => {
    const { row, post, author, text } = readingOf(message);
    expect(row).toMatchObject({
      t_id: at(post, 'id'),
      t_text: text,
      t_created_at: new Date(String(at(post, 'created_at'))).getTime(),
      t_retweet_count: at(post, 'public_metrics', 'retweet_count'),
      t_favorite_count: at(post, 'public_metrics', 'like_count'),
      u_id: at(post, 'author_id'),
      u_name: at(author, 'name'),
      u_screen_name: at(author, 'username'),
      u_created_at: new Date(String(at(author, 'created_at'))).getTime(),
    });
    // The minute of the post is the one that created_at says.
    expect(new Date(row.bucket).toISOString().slice(0, 16)).toBe(String(at(post, 'created_at')).slice(0, 16));
    expect(row.t_lang).toBe(value(at(post, 'lang')));
    expect(row.u_location).toBe(value(at(author, 'location')));
    expect(row.u_url).toBe(value(at(author, 'url')));
    expect(row.u_description).toBe(value(at(author, 'description')));
    expect(row.u_followers_count).toBe(value(at(author, 'public_metrics', 'followers_count')));
    expect(row.u_friends_count).toBe(value(at(author, 'public_metrics', 'following_count')));
    expect(row.u_statuses_count).toBe(value(at(author, 'public_metrics', 'tweet_count')));
    expect(row.u_listed_count).toBe(value(at(author, 'public_metrics', 'listed_count')));
  });

  it.each(cases)('normalise takes from the v2 post %s what it refers to and where it was', (_id, message) => {
    const { row, post, reference } = readingOf(message);
    expect(row.t_is_a_retweet).toBe(reference('retweeted') !== undefined);
    expect(row.t_retweeted_id).toBe(reference('retweeted'));
    expect(row.t_quoted_id).toBe(reference('quoted'));
    expect(row.t_reply_to_id).toBe(reference('replied_to'));
    const first = list(post, 'edit_history_tweet_ids')[0];
    expect(row.t_edit_of).toBe(first === at(post, 'id') ? undefined : first);
    const place = at(post, 'geo', 'place_id');
    expect(row.t_geo && JSON.parse(row.t_geo)).toEqual(
      place && one(list(message, 'includes', 'places'), 'id', place),
    );
    expect(row.t_coordinates && JSON.parse(row.t_coordinates)).toEqual(value(at(post, 'geo', 'coordinates')));
  });

  it.each(cases)(
    'normalise takes from the v2 post %s its tags, links, mentions and media',
    (_id, message) => {
      const { row, post, full } = readingOf(message);
      // A retweet's own entities end where its text is cut off.
      expect(row.hashtags ?? []).toEqual(list(full, 'entities', 'hashtags').map((tag) => at(tag, 'tag')));
      expect(row.urls ?? []).toEqual(list(full, 'entities', 'urls').map((url) => at(url, 'url')));
      const mentions = [...list(post, 'entities', 'mentions'), ...list(full, 'entities', 'mentions')];
      const names = mentions.map((mention) => at(mention, 'username'));
      expect(new Set(row.um_screen_name?.split(' '))).toEqual(new Set(names));
      const keys = list(full, 'attachments', 'media_keys');
      const media = keys.map((key) => one(list(message, 'includes', 'media'), 'media_key', key));
      const known = media.map((item) => at(item, 'url') ?? at(item, 'preview_image_url')).filter(Boolean);
      expect(row.media_url).toBe(joined(known));
    },
  );

  it('normalise keeps which post the edited one was first', () => {
    const edited = JSON.parse(read('v2-edited.jsonl')) as unknown;
    const row = rowOf({ data: at(edited, 'data', 0), includes: at(edited, 'includes') });
    expect(row.t_edit_of).toBe(at(edited, 'data', 0, 'edit_history_tweet_ids', 0));
    expect(row.t_id).toBe(at(edited, 'data', 0, 'edit_history_tweet_ids', 1));
  });

  it('normalise rejects the cut-off line of the stream as no JSON', () => {
    const cut = lines('v2-streaming-output-with-error.jsonl').filter((line) => !line.endsWith('}'));
    expect(cut).toHaveLength(1);
    expect(reasonOf(cut[0])).toMatch(/^not JSON: /);
  });
});
