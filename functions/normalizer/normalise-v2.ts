// The columns that a v2 post says, in either dialect of X's field names (facts/x-api §1.6). What v2 does not have stays absent.
import {
  entitiesOfV2,
  includedPosts,
  isObject,
  objectOf,
  objectsOf,
  referencesOf,
  stringOf,
  textOfV2,
} from '../../eventing/post.ts';
import type { Json } from '../../eventing/post.ts';
import type { TweetRow } from '../../sql/tweet.ts';
import { fuller, retweetText, withRetweeted } from './retweet.ts';
import { createdAtOf } from './times.ts';
import { idOf, intOf, isText, joined, jsonOf, textsOf } from './values.ts';

/** Fills in everything but what the envelope says and the time and identity of the row. */
export function fillFromV2(row: TweetRow, post: Json, includes: Json): void {
  const references = referencesOf(post);
  const reference = references.find((one) => one['type'] === 'retweeted');
  const retweeted = reference === undefined ? undefined : retweetedPost(reference, includes);
  row.t_text = textOf(post, retweeted, includes);
  row.t_is_a_retweet = reference !== undefined;
  fillCounts(row, post);
  for (const one of references) fillReference(row, one);
  fillFirstVersion(row, post);
  if (isObject(post['geo'])) fillPlace(row, post['geo'], includes);
  const author = authorOf(post, includes);
  fillUser(row, author, idOf(post['author_id']));
  fillUserNumbers(row, author);
  fillEntities(row, post, retweeted, includes);
}

const byKey = (objects: unknown, key: string, value: unknown): Json | undefined =>
  objectsOf(objects).find((object) => object[key] === value);

/** The included post; an archive made by twarc's flatten has it in the reference itself. */
function retweetedPost(reference: Json, includes: Json): Json | undefined {
  const included = includedPosts(includes).find((post) => post['id'] === reference['id']);
  return included ?? (textOfV2(reference) === undefined ? undefined : reference);
}

function authorOf(post: Json, includes: Json): Json {
  if (isObject(post['author'])) return post['author'];
  const id = post['author_id'];
  return (id === undefined ? undefined : byKey(includes['users'], 'id', id)) ?? {};
}

function textOf(post: Json, retweeted: Json | undefined, includes: Json): string {
  const own = textOfV2(post) ?? '';
  const full = retweeted === undefined ? undefined : textOfV2(retweeted);
  if (retweeted === undefined || full === undefined) return own;
  return retweetText(own, full, stringOf(authorOf(retweeted, includes)['username']));
}

function fillCounts(row: TweetRow, post: Json): void {
  const metrics = objectOf(post['public_metrics']);
  const retweets = intOf(metrics['retweet_count'] ?? metrics['repost_count']);
  const likes = intOf(metrics['like_count']);
  if (isText(post['lang'])) row.t_lang = post['lang'];
  if (retweets !== undefined) row.t_retweet_count = retweets;
  if (likes !== undefined) row.t_favorite_count = likes;
}

function fillReference(row: TweetRow, { type, id: value }: Json): void {
  const id = idOf(value);
  if (id === undefined) return;
  if (type === 'retweeted') row.t_retweeted_id = id;
  if (type === 'quoted') row.t_quoted_id = id;
  if (type === 'replied_to') row.t_reply_to_id = id;
}

function fillFirstVersion(row: TweetRow, post: Json): void {
  const history = post['edit_history_tweet_ids'] ?? post['edit_history_post_ids'];
  const first = Array.isArray(history) ? idOf(history[0]) : undefined;
  if (first !== undefined && first !== row.t_id) row.t_edit_of = first;
}

function fillPlace(row: TweetRow, geo: Json, includes: Json): void {
  const point = jsonOf(geo['coordinates']);
  if (point !== undefined) row.t_coordinates = point;
  const { place_id: id, coordinates: _, ...inlined } = geo;
  if (!isText(id)) return;
  const place = jsonOf({ id, ...(byKey(includes['places'], 'id', id) ?? inlined) });
  if (place !== undefined) row.t_geo = place;
}

function fillUser(row: TweetRow, user: Json, authorId: string | undefined): void {
  const { name, username, location, url, description } = user;
  const id = authorId ?? idOf(user['id']);
  if (id !== undefined) row.u_id = id;
  if (isText(name)) row.u_name = name;
  if (isText(username)) row.u_screen_name = username;
  if (isText(location)) row.u_location = location;
  if (isText(url)) row.u_url = url;
  if (isText(description)) row.u_description = description;
}

function fillUserNumbers(row: TweetRow, user: Json): void {
  const metrics = objectOf(user['public_metrics']);
  const followers = intOf(metrics['followers_count']);
  const following = intOf(metrics['following_count']);
  const listed = intOf(metrics['listed_count']);
  const likes = intOf(metrics['like_count']);
  const tweets = intOf(metrics['tweet_count'] ?? metrics['post_count']);
  const createdAt = createdAtOf(user['created_at']);
  if (followers !== undefined) row.u_followers_count = followers;
  if (following !== undefined) row.u_friends_count = following;
  if (listed !== undefined) row.u_listed_count = listed;
  if (likes !== undefined) row.u_favourites_count = likes;
  if (tweets !== undefined) row.u_statuses_count = tweets;
  if (createdAt !== undefined) row.u_created_at = createdAt;
}

function fillEntities(row: TweetRow, post: Json, retweeted: Json | undefined, includes: Json): void {
  const own = entitiesOfV2(post);
  const full = retweeted === undefined ? own : entitiesOfV2(retweeted);
  const hashtags = fuller(own['hashtags'], full['hashtags'], 'tag');
  const urls = fuller(own['urls'], full['urls'], 'url');
  const mentions = withRetweeted(own['mentions'], full['mentions'], 'username');
  const media = mediaOf(post, includes);
  const repeated = retweeted === undefined ? media : mediaOf(retweeted, includes);
  const pictures = joined(repeated.length > media.length ? repeated : media);
  if (hashtags.length > 0) row.hashtags = hashtags;
  if (urls.length > 0) row.urls = urls;
  if (pictures !== undefined) row.media_url = pictures;
  if (mentions.length > 0) fillMentions(row, mentions, includes);
}

/** A mention has a user's name only in an archive; else it stands with the included user. */
function fillMentions(row: TweetRow, mentions: readonly Json[], includes: Json): void {
  const users = mentions.map((mention) =>
    isText(mention['name'])
      ? mention
      : (byKey(includes['users'], 'username', mention['username']) ?? mention),
  );
  const ids = joined(mentions.map((mention) => idOf(mention['id'])).filter((id) => id !== undefined));
  const names = joined(textsOf(users, 'name'));
  const screenNames = joined(textsOf(mentions, 'username'));
  if (ids !== undefined) row.um_id = ids;
  if (names !== undefined) row.um_name = names;
  if (screenNames !== undefined) row.um_screen_name = screenNames;
}

/** A photo's own address; of a video or an animation that of its preview. */
function mediaOf(post: Json, includes: Json): string[] {
  const attachments = post['attachments'];
  if (!isObject(attachments)) return [];
  const keys = Array.isArray(attachments['media_keys']) ? attachments['media_keys'] : [];
  const inlined = objectsOf(attachments['media']);
  const media =
    inlined.length > 0 ? inlined : keys.map((key) => objectOf(byKey(includes['media'], 'media_key', key)));
  return media
    .map((one) => stringOf(one['url']) ?? stringOf(one['preview_image_url']))
    .filter((url) => url !== undefined);
}
