// Made messages in the shapes of X: the full v1.1 status, the v2 stream message, and a small status.
// Every field that X sends is there, so that parsing costs what it costs.
import type { Random } from './random.ts';

export interface Draft {
  readonly number: number;
  readonly text: string;
  /** more of the same text, where a shape has room for a longer one */
  readonly quoted: string;
  readonly random: Random;
}

const FIRST_TIME = Date.UTC(2026, 4, 1);
const X_EPOCH = 1_288_834_974_657n;

/** Post ids carry their time: ten posts a second from the first of May 2026 on. */
const timeOf = (number: number): number => FIRST_TIME + number * 100;
const idOf = (number: number, part = 0): string =>
  String(((BigInt(timeOf(number)) - X_EPOCH) << 22n) + BigInt(number % 4096) - (BigInt(part) << 40n));
const v1Date = (time: number): string => {
  const [, day, month, year, clock] =
    /^(?:\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(time).toUTCString()) ?? [];
  return `${new Date(time).toUTCString().slice(0, 3)} ${month} ${day} ${clock} +0000 ${year}`;
};

function v1User({ number, random }: Draft, part: number): object {
  const id = String(1_000_000 + ((number * 31 + part * 7_919) % 5_000_000));
  const image = `http://pbs.twimg.com/profile_images/${id}/picture_normal.jpg`;
  return {
    id: Number(id), id_str: id, name: `Made Person ${id}`, screen_name: `made_${id}`, location: 'Somewhere, Nowhere', url: null,
    description: 'Invented for a measurement. Writes about weather, bread and the tram. Opinions are random numbers.',
    translator_type: 'none', protected: false, verified: false, followers_count: random.int(9_000), friends_count: random.int(900),
    listed_count: random.int(40), favourites_count: random.int(8_000), statuses_count: random.int(50_000),
    created_at: 'Wed Mar 18 13:46:38 +0000 2009', utc_offset: null, time_zone: null, geo_enabled: true, lang: 'en',
    contributors_enabled: false, is_translator: false, profile_background_color: 'C0DEED',
    profile_background_image_url: 'http://abs.twimg.com/images/themes/theme1/bg.png',
    profile_background_image_url_https: 'https://abs.twimg.com/images/themes/theme1/bg.png', profile_background_tile: false,
    profile_link_color: '1DA1F2', profile_sidebar_border_color: 'C0DEED', profile_sidebar_fill_color: 'DDEEF6',
    profile_text_color: '333333', profile_use_background_image: true, profile_image_url: image,
    profile_image_url_https: image.replace('http', 'https'),
    profile_banner_url: `https://pbs.twimg.com/profile_banners/${id}/1398953200`, default_profile: true, default_profile_image: false,
    following: null, follow_request_sent: null, notifications: null,
  }; // prettier-ignore
}

const v1Entities = {
  hashtags: [{ text: 'breaking', indices: [40, 49] }],
  urls: [
    { url: 'https://t.co/Ab3dE5gH1j', expanded_url: 'https://news.example.org/weather/2026/05/01/live?ref=post',
      display_url: 'news.example.org/weather/2026/0…', indices: [90, 113] },
  ],
  user_mentions: [{ screen_name: 'relief_desk', name: 'Relief Desk', id: 77_001, id_str: '77001', indices: [0, 12] }],
  symbols: [],
}; // prettier-ignore

function v1Status(draft: Draft, part: number, text: string): Record<string, unknown> {
  const id = idOf(draft.number, part);
  const long = text.length > 140;
  return {
    created_at: v1Date(timeOf(draft.number)), id: Number(id), id_str: id,
    text: long ? `${text.slice(0, 110)}… https://t.co/Ab3dE5gH1j` : text, display_text_range: [0, 140],
    source: '<a href="http://twitter.com/download/android" rel="nofollow">Twitter for Android</a>', truncated: long,
    in_reply_to_status_id: null, in_reply_to_status_id_str: null, in_reply_to_user_id: null, in_reply_to_user_id_str: null,
    in_reply_to_screen_name: null, user: v1User(draft, part), geo: null, coordinates: null, place: null, contributors: null,
    is_quote_status: false,
    ...(long ? { extended_tweet: { full_text: text, display_text_range: [0, text.length], entities: v1Entities } } : {}),
    quote_count: 0, reply_count: 0, retweet_count: draft.random.int(50), favorite_count: draft.random.int(90),
    entities: v1Entities, favorited: false, retweeted: false, possibly_sensitive: false, filter_level: 'low', lang: 'en',
    timestamp_ms: String(timeOf(draft.number)),
  }; // prettier-ignore
}

/** v1.1: plain, or a retweet, or a quote. About 5 KB on average. */
export function v1Message(draft: Draft): unknown {
  const kind = draft.random.int(10);
  if (kind < 4) return v1Status(draft, 0, draft.text);
  const other = v1Status(draft, 1, kind < 8 ? draft.text : draft.quoted);
  if (kind >= 8) return { ...v1Status(draft, 0, draft.text), is_quote_status: true, quoted_status: other };
  const cut = `RT @made_1: ${draft.text.slice(0, 120)}…`;
  return { ...v1Status(draft, 0, cut), retweeted_status: other };
}

/** v2, as the filtered stream sends it: about 2.5 KB. */
export function v2Message(draft: Draft): unknown {
  const { number, random, text, quoted } = draft;
  const user = (part: number): object => ({
    id: String(2_000_000 + number * 2 + part), name: `Made Person ${number}`, username: `made_${number}_${part}`,
    created_at: '2013-12-14T04:35:55.000Z', description: 'Invented for a measurement. Writes about weather, bread and the tram.',
    location: 'Somewhere, Nowhere', url: '', verified: false, protected: false,
    profile_image_url: 'https://pbs.twimg.com/profile_images/1267175364003901441/tBZNFAgA_normal.jpg',
    public_metrics: { followers_count: random.int(9_000), following_count: 5, tweet_count: random.int(9_000), listed_count: 1 },
  }); // prettier-ignore
  const post = (part: number, words: string): object => ({
    id: idOf(number, part), text: words, created_at: new Date(timeOf(number)).toISOString(), lang: 'en',
    author_id: String(2_000_000 + number * 2 + part), conversation_id: idOf(number, part),
    edit_history_tweet_ids: [idOf(number, part)], reply_settings: 'everyone', possibly_sensitive: false,
    entities: {
      hashtags: [{ start: 40, end: 49, tag: 'breaking' }], mentions: [{ start: 0, end: 12, username: 'relief_desk', id: '77001' }],
      urls: [{ start: 90, end: 113, url: 'https://t.co/Ab3dE5gH1j', expanded_url: 'https://news.example.org/weather/2026/05/01/live',
        display_url: 'news.example.org/weather/2026/0…', status: 200, title: 'Live', unwound_url: 'https://news.example.org/live' }],
    },
    public_metrics: { retweet_count: 0, reply_count: 0, like_count: 0, quote_count: 0, bookmark_count: 0, impression_count: 0 },
  }); // prettier-ignore
  const reference = { referenced_tweets: [{ type: 'quoted', id: idOf(number, 1) }] };
  const quotes = random.chance(0.4);
  return {
    data: { ...post(0, text), ...(quotes ? reference : {}) },
    includes: quotes
      ? { users: [user(0), user(1)], tweets: [post(1, quoted)] }
      : { users: [user(0), user(1)] },
    matching_rules: [{ id: '1166916266197536768', tag: 'somebody-elses-rule' }],
  };
}

/** The least that is a v1.1 status, as archives thin it out: about 0.7 KB. */
export function shortMessage({ number, text, random }: Draft): unknown {
  return {
    created_at: v1Date(timeOf(number)), id_str: idOf(number), text, lang: 'en', is_quote_status: false,
    source: '<a href="http://twitter.com/download/android" rel="nofollow">Twitter for Android</a>',
    user: { id_str: String(3_000_000 + number), name: `Made Person ${number}`, screen_name: `made_${number}`,
      location: 'Somewhere', followers_count: random.int(9_000), friends_count: random.int(900) },
    entities: { hashtags: [{ text: 'breaking', indices: [40, 49] }], urls: [], user_mentions: [] },
    retweet_count: 0, favorite_count: 0, timestamp_ms: String(timeOf(number)),
  }; // prettier-ignore
}
