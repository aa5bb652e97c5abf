// What the simulator's v2 messages say, read slowly and plainly: which event a post belongs to, and its whole row.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { NAMESPACE } from '../../functions/normalizer/tweet-id.ts';
import { slowMatch } from '../tracker/slow-matcher.ts';

const tagged = z.object({ tag: z.string() });
const url = z.object({ url: z.string(), expanded_url: z.string() });
const mention = z.object({ username: z.string(), id: z.string() });
const entities = z
  .object({
    hashtags: z.array(tagged).default([]),
    urls: z.array(url).default([]),
    mentions: z.array(mention).default([]),
  })
  .prefault({});
const post = z.object({
  id: z.string(),
  text: z.string(),
  created_at: z.string(),
  lang: z.string(),
  author_id: z.string(),
  note_tweet: z.object({ text: z.string(), entities }).optional(),
  entities,
  referenced_tweets: z.array(z.object({ type: z.string(), id: z.string() })).default([]),
  edit_history_tweet_ids: z.array(z.string()),
  attachments: z.object({ media_keys: z.array(z.string()) }).optional(),
  geo: z.object({ place_id: z.string(), coordinates: z.unknown().optional() }).optional(),
});
const user = z.object({
  id: z.string(),
  name: z.string(),
  username: z.string(),
  created_at: z.string(),
  description: z.string(),
  location: z.string().optional(),
  public_metrics: z.object({
    followers_count: z.number(),
    following_count: z.number(),
    tweet_count: z.number(),
    listed_count: z.number(),
    like_count: z.number(),
  }),
});
const media = z.object({
  media_key: z.string(),
  url: z.string().optional(),
  preview_image_url: z.string().optional(),
});
const message = z.object({
  data: post,
  includes: z.object({
    users: z.array(user),
    tweets: z.array(post).default([]),
    media: z.array(media).default([]),
    places: z.array(z.looseObject({ id: z.string() })).default([]),
  }),
});
type Message = z.infer<typeof message>;
type Post = z.infer<typeof post>;

export interface Wanted {
  readonly code: string;
  readonly keywords: readonly string[];
}

/** Undefined for a line that is no post. */
export function readMessage(line: string): Message | undefined {
  try {
    return message.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

const textOf = (one: Post): string => one.note_tweet?.text ?? one.text;
const entitiesOf = (one: Post) => one.note_tweet?.entities ?? one.entities;

export function keywordsIn({ data, includes }: Message, keywords: readonly string[]): string[] {
  const posts = [
    data,
    ...includes.tweets.filter((one) =>
      data.referenced_tweets.some(({ type, id }) => type !== 'replied_to' && id === one.id),
    ),
  ];
  const texts = posts.flatMap((one) => {
    const { hashtags, urls, mentions } = entitiesOf(one);
    // A retweet's own text is the cut-off copy of the one that came along.
    const cut =
      one === data && posts.length > 1 && data.referenced_tweets.some(({ type }) => type === 'retweeted');
    return [
      ...(cut ? [] : [textOf(one)]),
      ...hashtags.map(({ tag }) => tag),
      ...mentions.map(({ username }) => username),
      ...urls.map(({ expanded_url }) => expanded_url),
    ];
  });
  return keywords.filter((keyword) => slowMatch(keyword, texts));
}

const some = (values: readonly string[]): string | undefined =>
  values.length > 0 ? values.join(' ') : undefined;

/** The row as JSON of the API would have it, without `received_at` and `via`; `keywords` as they matched. */
export function plainRow(
  code: string,
  { data, includes }: Message,
  keywords: readonly string[],
): Record<string, unknown> {
  const author = includes.users.find(({ id }) => id === data.author_id)!;
  const refers = (type: string) => data.referenced_tweets.find((one) => one.type === type)?.id;
  const original = includes.tweets.find(({ id }) => id === refers('retweeted'));
  const originalAuthor = original && includes.users.find(({ id }) => id === original.author_id)!;
  const full = original ?? data;
  const { hashtags, urls } = entitiesOf(full);
  const mentions = original
    ? [
        ...data.entities.mentions,
        ...entitiesOf(original).mentions.filter(
          ({ username }) => !data.entities.mentions.some((own) => own.username === username),
        ),
      ]
    : entitiesOf(data).mentions;
  const keys = full.attachments?.media_keys ?? [];
  const pictures = keys.map((key) => includes.media.find(({ media_key }) => media_key === key)!);
  const place = data.geo && includes.places.find(({ id }) => id === data.geo?.place_id);
  const time = Number(BigInt(data.id) >> 22n) + 1_288_834_974_657;
  const row: Record<string, unknown> = {
    event_name: code,
    bucket: Math.floor(time / 60_000) * 60_000,
    t_id: data.id,
    id: uuid5(`${code}/${data.id}`),
    event_kw: keywords.length > 0 ? keywords.join(', ') : undefined,
    t_created_at: Date.parse(data.created_at),
    t_text: original ? `RT @${originalAuthor!.username}: ${textOf(original)}` : textOf(data),
    t_retweet_count: 0,
    t_favorite_count: 0,
    t_is_a_retweet: original !== undefined,
    t_lang: data.lang,
    t_geo: place && JSON.stringify(place),
    t_coordinates: data.geo?.coordinates && JSON.stringify(data.geo.coordinates),
    u_id: author.id,
    u_name: author.name,
    u_screen_name: author.username,
    u_location: author.location,
    u_description: author.description,
    u_followers_count: author.public_metrics.followers_count,
    u_friends_count: author.public_metrics.following_count,
    u_listed_count: author.public_metrics.listed_count,
    u_favourites_count: author.public_metrics.like_count,
    u_statuses_count: author.public_metrics.tweet_count,
    u_created_at: Date.parse(author.created_at),
    hashtags: hashtags.length > 0 ? hashtags.map(({ tag }) => tag) : undefined,
    urls: urls.length > 0 ? urls.map((one) => one.url) : undefined,
    um_id: some(mentions.map(({ id }) => id)),
    um_name: some(
      mentions.flatMap(({ username }) => includes.users.find((one) => one.username === username)?.name ?? []),
    ),
    um_screen_name: some(mentions.map(({ username }) => username)),
    media_url: some(pictures.map((one) => one.url ?? one.preview_image_url ?? '')),
    t_retweeted_id: refers('retweeted'),
    t_quoted_id: refers('quoted'),
    t_reply_to_id: refers('replied_to'),
    t_edit_of: data.edit_history_tweet_ids[0] === data.id ? undefined : data.edit_history_tweet_ids[0],
    source: 'x',
  };
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

/** RFC 9562 §5.5, by the book. */
function uuid5(name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
