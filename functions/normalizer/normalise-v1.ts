// The columns that a v1.1 status says, by the names of the original table (facts/original-system, "The row").
import { entitiesOfV1, isObject, objectOf, stringOf, textOfV1 } from '../../eventing/post.ts';
import type { Json } from '../../eventing/post.ts';
import type { TweetRow } from '../../sql/tweet.ts';
import { fuller, retweetText, withRetweeted } from './retweet.ts';
import { createdAtOf } from './times.ts';
import { idOf, intOf, isBoolean, isText, joined, jsonOf, textsOf } from './values.ts';

/** Fills in everything but what the envelope says and the time and identity of the row. */
export function fillFromV1(row: TweetRow, status: Json): void {
  const retweeted = isObject(status['retweeted_status']) ? status['retweeted_status'] : undefined;
  const user = objectOf(status['user']);
  row.t_text = textOf(status, retweeted);
  row.t_is_a_retweet = retweeted !== undefined;
  fillCounts(row, status);
  fillReferences(row, status, retweeted);
  fillPlace(row, status);
  fillUser(row, user);
  fillUserNumbers(row, user);
  fillEntities(row, status, retweeted);
}

function textOf(status: Json, retweeted: Json | undefined): string {
  const own = textOfV1(status) ?? '';
  const full = retweeted === undefined ? undefined : textOfV1(retweeted);
  return full === undefined
    ? own
    : retweetText(own, full, stringOf(objectOf(retweeted?.['user'])['screen_name']));
}

function fillCounts(row: TweetRow, status: Json): void {
  const { lang, favorited, retweeted } = status;
  const retweets = intOf(status['retweet_count']);
  const favorites = intOf(status['favorite_count']);
  if (isText(lang)) row.t_lang = lang;
  if (retweets !== undefined) row.t_retweet_count = retweets;
  if (favorites !== undefined) row.t_favorite_count = favorites;
  if (isBoolean(favorited)) row.t_favorited = favorited;
  if (isBoolean(retweeted)) row.t_retweeted = retweeted;
}

function fillReferences(row: TweetRow, status: Json, retweeted: Json | undefined): void {
  const retweetedId = retweeted && idOf(retweeted['id_str'], retweeted['id']);
  const quotedId = idOf(status['quoted_status_id_str'], status['quoted_status_id']) ?? idOfQuoted(status);
  const repliedId = idOf(status['in_reply_to_status_id_str'], status['in_reply_to_status_id']);
  const first = isObject(status['edit_history']) ? firstVersion(status['edit_history']) : undefined;
  if (retweetedId !== undefined) row.t_retweeted_id = retweetedId;
  if (quotedId !== undefined) row.t_quoted_id = quotedId;
  if (repliedId !== undefined) row.t_reply_to_id = repliedId;
  if (first !== undefined && first !== row.t_id) row.t_edit_of = first;
}

function idOfQuoted(status: Json): string | undefined {
  const quoted = objectOf(status['quoted_status']);
  return idOf(quoted['id_str'], quoted['id']);
}

function firstVersion(history: Json): string | undefined {
  const versions: unknown = history['edit_tweet_ids'];
  return idOf(history['initial_tweet_id'] ?? (Array.isArray(versions) ? versions[0] : undefined));
}

/** A place stands in for exact coordinates that are missing, as it does in v2. */
function fillPlace(row: TweetRow, status: Json): void {
  const geo = jsonOf(status['geo']) ?? jsonOf(status['place']);
  const coordinates = jsonOf(status['coordinates']);
  if (geo !== undefined) row.t_geo = geo;
  if (coordinates !== undefined) row.t_coordinates = coordinates;
}

function fillUser(row: TweetRow, user: Json): void {
  const { name, screen_name, location, url, lang, description, time_zone } = user;
  const id = idOf(user['id_str'], user['id']);
  if (id !== undefined) row.u_id = id;
  if (isText(name)) row.u_name = name;
  if (isText(screen_name)) row.u_screen_name = screen_name;
  if (isText(location)) row.u_location = location;
  if (isText(url)) row.u_url = url;
  if (isText(lang)) row.u_lang = lang;
  if (isText(description)) row.u_description = description;
  if (isText(time_zone)) row.u_time_zone = time_zone;
}

function fillUserNumbers(row: TweetRow, user: Json): void {
  const followers = intOf(user['followers_count']);
  const friends = intOf(user['friends_count']);
  const listed = intOf(user['listed_count']);
  const favourites = intOf(user['favourites_count']);
  const statuses = intOf(user['statuses_count']);
  const offset = intOf(user['utc_offset']);
  const createdAt = createdAtOf(user['created_at']);
  if (isBoolean(user['geo_enabled'])) row.u_geo_enabled = user['geo_enabled'];
  if (followers !== undefined) row.u_followers_count = followers;
  if (friends !== undefined) row.u_friends_count = friends;
  if (listed !== undefined) row.u_listed_count = listed;
  if (favourites !== undefined) row.u_favourites_count = favourites;
  if (statuses !== undefined) row.u_statuses_count = statuses;
  if (offset !== undefined) row.u_utc_offset = offset;
  if (createdAt !== undefined) row.u_created_at = createdAt;
}

function fillEntities(row: TweetRow, status: Json, retweeted: Json | undefined): void {
  const own = entitiesOfV1(status);
  const full = retweeted === undefined ? own : entitiesOfV1(retweeted);
  const hashtags = fuller(own['hashtags'], full['hashtags'], 'text');
  const urls = fuller(own['urls'], full['urls'], 'url');
  const media = joined(fuller(mediaOf(status), retweeted && mediaOf(retweeted), 'media_url_https'));
  const mentions = withRetweeted(own['user_mentions'], full['user_mentions'], 'screen_name');
  if (hashtags.length > 0) row.hashtags = hashtags;
  if (urls.length > 0) row.urls = urls;
  if (media !== undefined) row.media_url = media;
  if (mentions.length > 0) fillMentions(row, mentions);
}

function fillMentions(row: TweetRow, mentions: readonly Json[]): void {
  const ids = joined(
    mentions.map((user) => idOf(user['id_str'], user['id'])).filter((id) => id !== undefined),
  );
  const names = joined(textsOf(mentions, 'name'));
  const screenNames = joined(textsOf(mentions, 'screen_name'));
  if (ids !== undefined) row.um_id = ids;
  if (names !== undefined) row.um_name = names;
  if (screenNames !== undefined) row.um_screen_name = screenNames;
}

/** `entities.media` has only the first picture; `extended_entities.media` has all. */
function mediaOf(status: Json): unknown {
  const extended = objectOf(status['extended_tweet']);
  return (
    objectOf(extended['extended_entities'])['media'] ??
    objectOf(status['extended_entities'])['media'] ??
    objectOf(extended['entities'])['media'] ??
    objectOf(status['entities'])['media']
  );
}
