import { describe, expect, it } from 'vitest';
import { ID, rowOf, v2Post, v2User } from './made.ts';

const OTHER = '2091254801626038273';
const LONG = `${'The bridge is closed. '.repeat(12)}Use the ferry #flood https://t.co/full`;

describe('normalise with v2 messages', () => {
  it('normalise takes the long text and its entities from note_tweet', () => {
    const note_tweet = { text: LONG, entities: { hashtags: [{ tag: 'flood' }] } };
    const entities = { urls: [{ url: 'https://t.co/rest' }] };
    const row = rowOf({ data: v2Post({ text: 'The bridge…', note_tweet, entities }) });
    expect(row).toMatchObject({ t_text: LONG, hashtags: ['flood'] });
    expect(row).not.toHaveProperty('urls');
    expect(rowOf({ data: v2Post({ text: undefined, note_tweet }) }).t_text).toBe(LONG);
  });

  it('normalise gives a retweet the repeated long text, entities and media', () => {
    const data = v2Post({
      text: 'RT @ben: The bridge…',
      referenced_tweets: [{ type: 'retweeted', id: OTHER }],
      entities: { mentions: [{ username: 'ben', id: '7' }] },
    });
    const original = v2Post({
      id: OTHER,
      author_id: '7',
      note_tweet: {
        text: LONG,
        entities: { mentions: [{ username: 'cy', id: '8' }], hashtags: [{ tag: 'flood' }] },
      },
      attachments: { media_keys: ['3_1', '7_2'] },
    });
    const includes = {
      tweets: [original],
      users: [v2User(), v2User({ id: '7', username: 'ben', name: 'Ben' })],
      media: [
        { media_key: '3_1', url: 'https://a/1' },
        { media_key: '7_2', preview_image_url: 'https://a/2' },
      ],
    };
    expect(rowOf({ data, includes })).toMatchObject({
      t_text: `RT @ben: ${LONG}`,
      t_retweeted_id: OTHER,
      t_is_a_retweet: true,
      hashtags: ['flood'],
      um_id: '7 8',
      um_name: 'Ben',
      um_screen_name: 'ben cy',
      media_url: 'https://a/1 https://a/2',
    });
  });

  it('normalise keeps a retweet whose original did not come along', () => {
    const data = v2Post({ text: 'RT @ben: The…', referenced_tweets: [{ type: 'retweeted', id: OTHER }] });
    expect(rowOf({ data, errors: [{ title: 'Not Found Error' }] })).toMatchObject({
      t_text: 'RT @ben: The…',
      t_is_a_retweet: true,
      t_retweeted_id: OTHER,
    });
  });

  it('normalise reads a post as archives flatten it', () => {
    const row = rowOf({
      ...v2Post(),
      author: v2User({ public_metrics: { followers_count: 5 } }),
      geo: { place_id: '01a9', id: '01a9', full_name: 'Manhattan, NY' },
      attachments: { media_keys: ['3_1'], media: [{ media_key: '3_1', url: 'https://a/1' }] },
      text: 'RT @ben: The…',
      referenced_tweets: [{ type: 'retweeted', id: OTHER, text: LONG, author: v2User({ username: 'ben' }) }],
      entities: { mentions: [{ username: 'ben', id: '7', name: 'Ben' }] },
    });
    expect(row).toMatchObject({
      t_text: `RT @ben: ${LONG}`,
      u_id: '12',
      u_screen_name: 'ada',
      u_followers_count: 5,
      media_url: 'https://a/1',
      um_name: 'Ben',
    });
    expect(JSON.parse(row.t_geo ?? '')).toEqual({ id: '01a9', full_name: 'Manhattan, NY' });
  });

  it('normalise keeps place and point apart', () => {
    const coordinates = { type: 'Point', coordinates: [-73.99, 40.73] };
    const places = [{ id: '01a9', full_name: 'Manhattan, NY' }];
    const row = rowOf({ data: v2Post({ geo: { place_id: '01a9', coordinates } }), includes: { places } });
    expect(JSON.parse(row.t_geo ?? '')).toEqual(places[0]);
    expect(JSON.parse(row.t_coordinates ?? '')).toEqual(coordinates);
    const unknown = rowOf({ data: v2Post({ geo: { place_id: '01a9' } }) });
    expect(JSON.parse(unknown.t_geo ?? '')).toEqual({ id: '01a9' });
  });

  it('normalise reads both dialects of the field names into the same row', () => {
    const note = { text: LONG, entities: { hashtags: [{ tag: 'flood' }] } };
    const references = [
      { type: 'quoted', id: OTHER },
      { type: 'retweeted', id: '31' },
    ];
    const original = v2Post({ id: '31', text: 'Water' });
    const tweets = {
      data: v2Post({
        note_tweet: note,
        referenced_tweets: references,
        edit_history_tweet_ids: ['30', ID],
        public_metrics: { retweet_count: 4, like_count: 5 },
      }),
      includes: { tweets: [original], users: [v2User({ public_metrics: { tweet_count: 6 } })] },
    };
    const posts = {
      data: v2Post({
        note_post: note,
        referenced_posts: references,
        edit_history_post_ids: ['30', ID],
        public_metrics: { repost_count: 4, like_count: 5 },
      }),
      includes: { posts: [original], users: [v2User({ public_metrics: { post_count: 6 } })] },
    };
    const row = rowOf(posts);
    expect(row).toEqual(rowOf(tweets));
    expect(row).toMatchObject({
      t_edit_of: '30',
      t_quoted_id: OTHER,
      t_retweeted_id: '31',
      t_retweet_count: 4,
      t_favorite_count: 5,
      u_statuses_count: 6,
      t_text: 'RT @ada: Water',
    });
  });
});
