// From a message to the row of one event (design §5). Pure: no clock, no I/O; what it cannot use, it says.
import type { Post } from '../../eventing/batch.ts';
import { idOfV1, sort } from '../../eventing/post.ts';
import type { PostMessage } from '../../eventing/post.ts';
import { bucketOf, timeOfId } from '../../sql/bucket.ts';
import { columns, type Tweet, type TweetRow } from '../../sql/tweet.ts';
import { fillFromV1 } from './normalise-v1.ts';
import { fillFromV2 } from './normalise-v2.ts';
import { createdAtOf, microsOf } from './times.ts';
import { tweetId } from './tweet-id.ts';

export type Normalised = { readonly tweet: Tweet } | { readonly rejected: string };

/**
 * The row of a post for the event `code`. Never throws. Rejected, with the reason in words for a person, is only
 * what is no JSON, no post, has no id or no text, or whose time nothing tells; any other value that is missing
 * or of the wrong type is absent from the row.
 */
export function normalise(code: string, post: Post): Normalised {
  const text = textOf(post.message);
  const parsed = parse(text);
  if ('problem' in parsed) return { rejected: parsed.problem };
  const sorted = sort(parsed.value);
  if (sorted.kind === 'invalid') return { rejected: sorted.reason };
  if (sorted.kind === 'control') return { rejected: `a ${sorted.name} message is no post` };
  if (sorted.kind === 'page')
    return { rejected: 'a whole result page is no post; its posts come one by one' };
  const made = tweetOf(code, post, sorted);
  // Only an escape sequence can bring half a surrogate pair into a parsed text.
  if ('tweet' in made && text.includes('\\u')) mend(made.tweet.row);
  return made;
}

function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString();
}

function parse(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `not JSON: ${String(error).toWellFormed()}` };
  }
}

function tweetOf(code: string, post: Post, message: PostMessage): Normalised {
  const { envelope } = post;
  const id = String(message.form === 'v1' ? idOfV1(message.post) : message.post['id']);
  const received = microsOf(envelope.receivedAt);
  if (received === undefined) return { rejected: 'receivedAt of its envelope is no RFC 3339 time' };
  const createdAt = createdAtOf(message.post['created_at']) ?? ownTime(envelope.source, id);
  const bucket = bucketOf(envelope.source, id, createdAt);
  if (createdAt === undefined || bucket === undefined)
    return { rejected: 'neither its id nor created_at tells the time of the post' };
  const row: TweetRow = {
    event_name: code,
    bucket,
    t_id: id,
    id: tweetId(code, id),
    t_created_at: createdAt,
    t_text: '',
    source: envelope.source.toWellFormed(),
    via: envelope.via,
    received_at: Math.floor(received / 1000),
  };
  if (envelope.keywords.length > 0) row.event_kw = envelope.keywords.join(', ').toWellFormed();
  if (message.form === 'v1') fillFromV1(row, message.post);
  else fillFromV2(row, message.post, message.includes);
  // A copy that a search brought must never win over the stream's.
  const writeTime = envelope.via === 'search' ? (ownTime(envelope.source, id) ?? createdAt) * 1000 : received;
  return { tweet: { row, raw: post.message, writeTime } };
}

function ownTime(source: string, id: string): number | undefined {
  return source === 'x' ? timeOfId(id) : undefined;
}

type TextColumn = {
  [C in keyof typeof columns]: (typeof columns)[C] extends 'text' ? C : never;
}[keyof typeof columns];
const types: Readonly<Record<string, string>> = columns;
const TEXT_COLUMNS = Object.keys(columns).filter((name): name is TextColumn => types[name] === 'text');

/** Half a surrogate pair has no UTF-8: it becomes U+FFFD. A NUL stays, both databases hold it. */
function mend(row: TweetRow): void {
  for (const column of TEXT_COLUMNS) {
    const text = row[column];
    if (text !== undefined && !text.isWellFormed()) row[column] = text.toWellFormed();
  }
  if (row.hashtags !== undefined) row.hashtags = row.hashtags.map((tag) => tag.toWellFormed());
  if (row.urls !== undefined) row.urls = row.urls.map((url) => url.toWellFormed());
}
