// A made post as the v2 filtered stream writes it, in the legacy `tweet` dialect (facts/x-api §1.6).
import type { MadePost } from './made-post.ts';
import { codePoints, cut, entitiesIn, type Entity } from './entities.ts';
import type { Person, Place } from './people.ts';

type Json = Readonly<Record<string, unknown>>;

const LONGEST = 280;
const LONGEST_RETWEET = 140;
// With the dots and the link behind it, that is the longest.
const SHORTENED = LONGEST - 26;
const users = new WeakMap<Person, Json>();
const NO_METRICS = {
  retweet_count: 0,
  reply_count: 0,
  like_count: 0,
  quote_count: 0,
  bookmark_count: 0,
  impression_count: 0,
};

/** `{data, includes}`; whoever sends it adds `matching_rules`. */
export function messageV2(post: MadePost): Json {
  return { data: dataOf(post), includes: includesOf(post) };
}

function dataOf(post: MadePost): Json {
  return {
    id: post.id,
    ...textOf(post),
    created_at: new Date(Math.floor(post.at / 1000) * 1000).toISOString(),
    lang: post.lang,
    author_id: post.author.id,
    conversation_id: post.versions[0],
    ...(post.of !== undefined && referenceOf(post.kind, post.of)),
    edit_history_tweet_ids: post.versions,
    edit_controls: {
      edits_remaining: 6 - post.versions.length,
      is_edit_eligible: post.kind === 'original',
      editable_until: new Date(post.at + 3_600_000).toISOString(),
    },
    ...(post.media.length > 0 && { attachments: { media_keys: post.media.map((media) => media.key) } }),
    ...(post.place !== undefined && { geo: geoOf(post, post.place) }),
    public_metrics: NO_METRICS,
    possibly_sensitive: false,
    reply_settings: 'everyone',
    source: 'X Web App',
  };
}

function textOf(post: MadePost): Json {
  if (post.kind === 'retweet') return { text: retweetText(post), entities: retweetEntities(post) };
  const entities = entitiesIn(post.text, post);
  if (codePoints(post.text) <= LONGEST) return { text: post.text, entities: grouped(entities) };
  return {
    text: shortText(post),
    note_tweet: { text: post.text, entities: grouped(entities) },
    entities: grouped(entities.filter((one) => one.end <= SHORTENED)),
  };
}

function referenceOf(kind: MadePost['kind'], of: MadePost): Json {
  const reference = { referenced_tweets: [{ type: REFERENCE[kind], id: of.id }] };
  if (kind !== 'reply') return reference;
  return { ...reference, conversation_id: of.id, in_reply_to_user_id: of.author.id };
}

const REFERENCE = { original: '', retweet: 'retweeted', quote: 'quoted', reply: 'replied_to' };

function retweetText(post: MadePost): string {
  const text = `RT @${post.of?.author.username ?? ''}: ${post.text}`;
  return codePoints(text) > LONGEST_RETWEET ? `${cut(text, LONGEST_RETWEET - 1)}…` : text;
}

function retweetEntities(post: MadePost): Json {
  const author = post.of?.author;
  if (author === undefined) return {};
  return {
    mentions: [{ start: 3, end: 4 + author.username.length, username: author.username, id: author.id }],
  };
}

/** X cuts a long post and puts a link to the whole behind it; `note_tweet` has the rest. */
const shortText = (post: MadePost): string =>
  `${cut(post.text, SHORTENED)}… https://t.co/${post.id.slice(-10)}`;

/** An object without the kinds that do not occur: X leaves empty lists out. */
function grouped(entities: readonly Entity[]): Json {
  const lists: Record<string, Json[]> = {};
  for (const entity of entities) {
    const { start, end } = entity;
    if (entity.kind === 'link') (lists['urls'] ??= []).push(urlOf(entity));
    else if (entity.kind === 'hashtag') (lists['hashtags'] ??= []).push({ start, end, tag: entity.tag });
    else (lists['mentions'] ??= []).push({ start, end, username: entity.username, id: entity.id });
  }
  return lists;
}

function urlOf(link: Extract<Entity, { kind: 'link' }>): Json {
  const { start, end, url, expanded, media } = link;
  const display = expanded.replace(/^https:\/\/(?:www\.)?/, '');
  return {
    start,
    end,
    url,
    expanded_url: expanded,
    display_url: display.length > 30 ? `${display.slice(0, 29)}…` : display,
    ...(media === undefined ? { status: 200, unwound_url: expanded } : { media_key: media }),
  };
}

function geoOf(post: MadePost, place: Place): Json {
  const [west, south] = place.box;
  const exact = Math.floor(post.at) % 5 === 0;
  const coordinates = { type: 'Point', coordinates: [west + 0.01, south + 0.02] };
  return { place_id: place.id, ...(exact && { coordinates }) };
}

function includesOf(post: MadePost): Json {
  const posts = post.of === undefined ? [post] : [post, post.of];
  const people = new Set(posts.flatMap((one) => [one.author, ...one.mentions]));
  const media = posts.flatMap((one) => one.media);
  const places = posts.flatMap((one) => one.place ?? []);
  return {
    users: Array.from(people, userOf),
    ...(post.of !== undefined && { tweets: [dataOf(post.of)] }),
    ...(media.length > 0 && { media: media.map(({ key, type, file }) => mediaOf(key, type, file)) }),
    ...(places.length > 0 && { places: Array.from(new Set(places), placeOf) }),
  };
}

function mediaOf(key: string, type: string, file: string): Json {
  const shape = { media_key: key, type, width: 1200, height: 800 };
  if (type === 'photo') return { ...shape, url: file, alt_text: 'A picture of the sample crisis' };
  return { ...shape, preview_image_url: file, duration_ms: 9400 };
}

const placeOf = (place: Place): Json => ({
  id: place.id,
  full_name: `${place.name}, Tarsovia`,
  name: place.name,
  country: 'Tarsovia',
  country_code: 'XT',
  place_type: 'city',
  geo: { type: 'Feature', bbox: place.box, properties: {} },
});

function userOf(person: Person): Json {
  const known = users.get(person);
  if (known !== undefined) return known;
  const user = {
    id: person.id,
    name: person.name,
    username: person.username,
    created_at: new Date(person.createdAt).toISOString(),
    description: person.description,
    ...(person.location !== undefined && { location: person.location }),
    verified: person.verified,
    verified_type: person.verified ? 'blue' : 'none',
    protected: false,
    profile_image_url: `https://media.example/people/${person.id}.jpg`,
    public_metrics: {
      followers_count: person.followers,
      following_count: person.following,
      tweet_count: person.posts,
      listed_count: Math.floor(person.followers / 90),
      like_count: person.posts * 2,
    },
  };
  users.set(person, user);
  return user;
}
