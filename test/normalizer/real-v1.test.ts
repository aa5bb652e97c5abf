import { describe, expect, it } from 'vitest';
import { at, list, realPostsMissing, v1Statuses } from './real-posts.ts';
import { rowOf } from './made.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Wed Oct 10 20:19:24 +0000 2018`, piece by piece. */
function timeOf(value: unknown): number {
  const [, month, day, clock, , year] = String(value).split(' ');
  const [hour, minute, second] = clock!.split(':').map(Number);
  return Date.UTC(Number(year), MONTHS.indexOf(month!), Number(day), hour, minute, second);
}

/** An empty list, a null and a missing value are all nothing. */
const orNothing = (values: unknown[]): unknown[] | undefined => (values.length === 0 ? undefined : values);
const joined = (values: unknown[]): string | undefined =>
  values.length === 0 ? undefined : values.join(' ');
const value = (found: unknown): unknown => found ?? undefined;

describe.skipIf(realPostsMissing)('normalise with the real v1.1 posts of ../shared/data', () => {
  const cases = realPostsMissing ? [] : v1Statuses().map((post) => [at(post, 'id_str'), post] as const);

  it('has the 172 posts of the two files', () => {
    expect(cases).toHaveLength(172);
  });

  it.each(cases)('normalise makes of the v1.1 post %s the row that it says', (_id, post) => {
    const row = rowOf(post);
    const repeated = at(post, 'retweeted_status');
    const entities = at(post, 'extended_tweet', 'entities') ?? at(post, 'entities');
    const text =
      repeated === undefined
        ? (at(post, 'extended_tweet', 'full_text') ?? at(post, 'text'))
        : `RT @${String(at(repeated, 'user', 'screen_name'))}: ${String(at(repeated, 'text'))}`;
    expect(row).toMatchObject({
      t_id: at(post, 'id_str'),
      t_text: text,
      t_created_at: timeOf(at(post, 'created_at')),
      t_lang: at(post, 'lang'),
      t_is_a_retweet: repeated !== undefined,
      t_retweet_count: at(post, 'retweet_count'),
      t_favorite_count: at(post, 'favorite_count'),
      t_favorited: at(post, 'favorited'),
      t_retweeted: at(post, 'retweeted'),
      u_id: at(post, 'user', 'id_str'),
      u_name: at(post, 'user', 'name'),
      u_screen_name: at(post, 'user', 'screen_name'),
      u_followers_count: at(post, 'user', 'followers_count'),
      u_friends_count: at(post, 'user', 'friends_count'),
      u_listed_count: at(post, 'user', 'listed_count'),
      u_favourites_count: at(post, 'user', 'favourites_count'),
      u_statuses_count: at(post, 'user', 'statuses_count'),
      u_geo_enabled: at(post, 'user', 'geo_enabled'),
      u_created_at: timeOf(at(post, 'user', 'created_at')),
    });
    expect({ ...row, bucket: row.bucket / 60_000 }).toMatchObject({
      bucket: Math.floor(timeOf(at(post, 'created_at')) / 60_000),
    });
    expect(row.u_location).toBe(value(at(post, 'user', 'location')));
    expect(row.u_url).toBe(value(at(post, 'user', 'url')));
    expect(row.u_lang).toBe(value(at(post, 'user', 'lang')));
    expect(row.u_description).toBe(value(at(post, 'user', 'description')));
    expect(row.u_time_zone).toBe(value(at(post, 'user', 'time_zone')));
    expect(row.u_utc_offset).toBe(value(at(post, 'user', 'utc_offset')));
    expect(row.t_retweeted_id).toBe(value(at(repeated, 'id_str')));
    expect(row.t_quoted_id).toBe(value(at(post, 'quoted_status_id_str')));
    expect(row.t_reply_to_id).toBe(value(at(post, 'in_reply_to_status_id_str')));
    expect(row.hashtags).toEqual(orNothing(list(entities, 'hashtags').map((one) => at(one, 'text'))));
    expect(row.urls).toEqual(orNothing(list(entities, 'urls').map((one) => at(one, 'url'))));
    const mentions = list(entities, 'user_mentions');
    expect(row.um_id).toBe(joined(mentions.map((one) => at(one, 'id_str'))));
    expect(row.um_name).toBe(joined(mentions.map((one) => at(one, 'name'))));
    expect(row.um_screen_name).toBe(joined(mentions.map((one) => at(one, 'screen_name'))));
    const media =
      at(post, 'extended_tweet', 'extended_entities', 'media') ??
      at(post, 'extended_entities', 'media') ??
      at(entities, 'media');
    expect(row.media_url).toBe(joined(list(media).map((one) => at(one, 'media_url_https'))));
    const geo = at(post, 'geo') ?? at(post, 'place') ?? undefined;
    expect(row.t_geo && JSON.parse(row.t_geo)).toEqual(geo);
    expect(row.t_coordinates && JSON.parse(row.t_coordinates)).toEqual(value(at(post, 'coordinates')));
  });
});
