import { describe, expect, it } from 'vitest';
import { ID, rowOf, status, user } from './made.ts';

const OTHER = '2091254801626038273';
const LONG = `${'The bridge is closed. '.repeat(12)}Use the ferry #flood https://t.co/full`;

describe('normalise with v1.1 messages', () => {
  it('normalise takes the full text and its entities from extended_tweet', () => {
    const row = rowOf(
      status({
        text: 'The bridge is closed…',
        truncated: true,
        extended_tweet: {
          full_text: LONG,
          entities: { hashtags: [{ text: 'flood' }], urls: [{ url: 'https://t.co/full' }] },
          extended_entities: {
            media: [{ media_url_https: 'https://a/1' }, { media_url_https: 'https://a/2' }],
          },
        },
        entities: { media: [{ media_url_https: 'https://a/1' }] },
      }),
    );
    expect(row).toMatchObject({
      t_text: LONG,
      hashtags: ['flood'],
      urls: ['https://t.co/full'],
      media_url: 'https://a/1 https://a/2',
    });
  });

  it('normalise takes full_text before text', () => {
    expect(rowOf(status({ full_text: LONG, text: 'The…' })).t_text).toBe(LONG);
  });

  it('normalise gives a retweet the repeated text, tags, links and mentions in full', () => {
    const row = rowOf(
      status({
        text: 'RT @ben: The bridge is closed…',
        entities: {
          user_mentions: [{ id_str: '7', screen_name: 'ben', name: 'Ben' }],
          hashtags: [],
          urls: [],
        },
        retweeted_status: status({
          id_str: OTHER,
          user: user({ screen_name: 'ben' }),
          text: 'The bridge…',
          extended_tweet: {
            full_text: LONG,
            entities: {
              hashtags: [{ text: 'flood' }],
              urls: [{ url: 'https://t.co/full' }],
              user_mentions: [{ id_str: '8', screen_name: 'cy', name: 'Cy' }],
            },
          },
        }),
      }),
    );
    expect(row).toMatchObject({
      t_text: `RT @ben: ${LONG}`,
      t_is_a_retweet: true,
      t_retweeted_id: OTHER,
      hashtags: ['flood'],
      urls: ['https://t.co/full'],
      um_id: '7 8',
      um_name: 'Ben Cy',
      um_screen_name: 'ben cy',
    });
  });

  it('normalise names the author of a repeated text as the retweet does, or else as its user is called', () => {
    const retweeted_status = status({ id_str: OTHER, user: user({ screen_name: 'renamed' }) });
    const text = (own: string): string => rowOf(status({ text: own, retweeted_status })).t_text;
    expect(text('RT @before: The water…')).toBe('RT @before: The water is rising');
    expect(text('')).toBe('RT @renamed: The water is rising');
    const nobody = status({ text: 'x', retweeted_status: { id_str: OTHER, text: 'The water' } });
    expect(rowOf(nobody).t_text).toBe('x');
  });

  it('normalise keeps what a post quotes, answers and corrects', () => {
    const quoting = status({ quoted_status_id_str: '31', in_reply_to_status_id_str: '32' });
    expect(rowOf(quoting)).toMatchObject({ t_quoted_id: '31', t_reply_to_id: '32', t_is_a_retweet: false });
    expect(rowOf(status({ quoted_status: { id_str: '33' } })).t_quoted_id).toBe('33');
    expect(rowOf(status({ edit_history: { initial_tweet_id: '34' } })).t_edit_of).toBe('34');
    expect(rowOf(status({ edit_history: { edit_tweet_ids: [ID] } }))).not.toHaveProperty('t_edit_of');
  });

  it('normalise lets a place stand in for coordinates that are missing', () => {
    const geo = { type: 'Point', coordinates: [40.73, -73.99] };
    const coordinates = { type: 'Point', coordinates: [-73.99, 40.73] };
    const place = { id: '01a9', full_name: 'Manhattan, NY' };
    const both = rowOf(status({ geo, coordinates, place }));
    expect(JSON.parse(both.t_geo ?? '')).toEqual(geo);
    expect(JSON.parse(both.t_coordinates ?? '')).toEqual(coordinates);
    const placed = rowOf(status({ geo: null, coordinates: null, place }));
    expect(JSON.parse(placed.t_geo ?? '')).toEqual(place);
    expect(placed).not.toHaveProperty('t_coordinates');
  });

  it('normalise takes numeric ids that no reader rounds', () => {
    const row = rowOf(status({ user: user({ id_str: undefined, id: 12 }) }));
    expect(row.u_id).toBe('12');
  });
});
