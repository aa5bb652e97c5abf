// A made post as the v1.1 stream wrote it (facts/x-api §2): the whole author in each post, a long text in `extended_tweet`.
import type { MadePost } from './made-post.ts';
import { codePoints, cut, entitiesIn, type Entity } from './entities.ts';
import type { Person, Place } from './people.ts';

type Json = Readonly<Record<string, unknown>>;

const LONGEST = 140;
const SHORTENED = LONGEST - 26;
const users = new WeakMap<Person, Json>();

export function messageV1(post: MadePost): Json {
  return { ...statusOf(post), filter_level: 'low', timestamp_ms: String(Math.floor(post.at)) };
}

function statusOf(post: MadePost): Json {
  return {
    created_at: timeOf(post.at),
    id: Number(post.id),
    id_str: post.id,
    ...textOf(post),
    source: '<a href="https://x.com" rel="nofollow">X Web App</a>',
    ...answeredOf(post.kind === 'reply' ? post.of : undefined),
    user: userOf(post.author),
    geo: null,
    coordinates: null,
    place: post.place === undefined ? null : placeOf(post.place),
    contributors: null,
    ...(post.kind === 'retweet' && post.of !== undefined && { retweeted_status: statusOf(post.of) }),
    ...quotedOf(post),
    is_quote_status: post.kind === 'quote',
    quote_count: 0,
    reply_count: 0,
    retweet_count: 0,
    favorite_count: 0,
    favorited: false,
    retweeted: false,
    possibly_sensitive: false,
    lang: post.lang,
  };
}

function answeredOf(post: MadePost | undefined): Json {
  return {
    in_reply_to_status_id: post === undefined ? null : Number(post.id),
    in_reply_to_status_id_str: post?.id ?? null,
    in_reply_to_user_id: post === undefined ? null : Number(post.author.id),
    in_reply_to_user_id_str: post?.author.id ?? null,
    in_reply_to_screen_name: post?.author.username ?? null,
  };
}

/** `Wed Oct 10 20:19:24 +0000 2018` */
function timeOf(at: number): string {
  const [day = '', date = '', month = '', year = '', time = ''] = new Date(at).toUTCString().split(/,? /);
  return `${day} ${month} ${date} ${time} +0000 ${year}`;
}

function textOf(post: MadePost): Json {
  if (post.kind === 'retweet') {
    const text = `RT @${post.of?.author.username ?? ''}: ${post.text}`;
    const short = codePoints(text) > LONGEST ? `${cut(text, LONGEST - 1)}…` : text;
    return { text: short, truncated: false, entities: grouped([]) };
  }
  const entities = entitiesIn(post.text, post);
  if (codePoints(post.text) <= LONGEST)
    return { text: post.text, truncated: false, entities: grouped(entities) };
  const text = `${cut(post.text, SHORTENED)}… https://t.co/${post.id.slice(-10)}`;
  const whole = {
    full_text: post.text,
    display_text_range: [0, codePoints(post.text)],
    entities: grouped(entities),
  };
  return {
    text,
    truncated: true,
    entities: grouped(entities.filter((one) => one.end <= SHORTENED)),
    extended_tweet: whole,
  };
}

function quotedOf(post: MadePost): Json {
  if (post.kind !== 'quote' || post.of === undefined) return {};
  const { id } = post.of;
  return { quoted_status_id: Number(id), quoted_status_id_str: id, quoted_status: statusOf(post.of) };
}

/** v1.1 has every list, empty or not. */
function grouped(entities: readonly Entity[]): Json {
  const lists = { hashtags: [] as Json[], urls: [] as Json[], user_mentions: [] as Json[], symbols: [] };
  for (const entity of entities) {
    const indices = [entity.start, entity.end];
    if (entity.kind === 'hashtag') lists.hashtags.push({ text: entity.tag, indices });
    else if (entity.kind === 'mention')
      lists.user_mentions.push(mentionOf(entity.username, entity.id, indices));
    else
      lists.urls.push({ url: entity.url, expanded_url: entity.expanded, display_url: entity.url, indices });
  }
  return lists;
}

const mentionOf = (username: string, id: string, indices: readonly number[]): Json => ({
  screen_name: username,
  name: username,
  id: Number(id),
  id_str: id,
  indices,
});

function placeOf({ id, name, box: [west, south, east, north] }: Place): Json {
  const corners = [[west, south], [west, north], [east, north], [east, south]]; // prettier-ignore
  return {
    id,
    url: `https://api.example/1.1/geo/id/${id}.json`,
    place_type: 'city',
    name,
    full_name: `${name}, Tarsovia`,
    country_code: 'XT',
    country: 'Tarsovia',
    bounding_box: { type: 'Polygon', coordinates: [corners] },
    attributes: {},
  };
}

function userOf(person: Person): Json {
  const known = users.get(person);
  if (known !== undefined) return known;
  const picture = `https://media.example/people/${person.id}.jpg`;
  const user = {
    id: Number(person.id),
    id_str: person.id,
    name: person.name,
    screen_name: person.username,
    location: person.location ?? null,
    url: null,
    description: person.description,
    translator_type: 'none',
    protected: false,
    verified: person.verified,
    followers_count: person.followers,
    friends_count: person.following,
    listed_count: Math.floor(person.followers / 90),
    favourites_count: person.posts * 2,
    statuses_count: person.posts,
    created_at: timeOf(person.createdAt),
    utc_offset: null,
    time_zone: null,
    geo_enabled: true,
    lang: null,
    contributors_enabled: false,
    is_translator: false,
    profile_background_color: 'F5F8FA',
    profile_link_color: '1DA1F2',
    profile_text_color: '333333',
    profile_image_url: picture.replace('https', 'http'),
    profile_image_url_https: picture,
    default_profile: true,
    default_profile_image: false,
    following: null,
    follow_request_sent: null,
    notifications: null,
  };
  users.set(person, user);
  return user;
}
