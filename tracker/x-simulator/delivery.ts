// What happens to a post: who should get it, written down first, kept for search, and then sent as things stand.
import { isObject, objectOf, referencesOf, stringOf, type Json } from '../../eventing/post.ts';
import type { Archived } from './archive.ts';
import { codePoints } from './entities.ts';
import { end, streamOf } from './connections.ts';
import { shaped } from './fields.ts';
import type { Live } from './live.ts';
import type { Expected } from './record.ts';
import { inForce, type StoredRule } from './rule-book.ts';
import { matches, searchable } from './rule-match.ts';
import { timeOf, type Item } from './script.ts';
import { pay, refusalOf } from './usage.ts';

interface Sending {
  readonly line: string;
  readonly expected: Expected | undefined;
  readonly archived: Archived | undefined;
}

/** Recorded before it is sent, so that no reader has what the record lacks. */
export function play(live: Live, item: Item, at: number): void {
  const rules = matching(inForce(live.book, at), item);
  live.counters.generated += 1;
  const archived = archive(live, item, at);
  if (item.kind === 'post' && rules.length === 0) {
    if (live.recording !== undefined) write(live, item, at, rules);
    return;
  }
  let expected: Expected | undefined;
  if (item.kind === 'post') {
    live.counters.matching += 1;
    expected = live.record.add(expectationOf(item, at, rules));
  }
  if (live.recording === undefined && streamOf(live.connections) === undefined) return;
  sendSoon(live, { line: write(live, item, at, rules), expected, archived });
}

/** The line as it is sent, in the record's file if there is one. */
function write(live: Live, item: Item, at: number, rules: readonly StoredRule[]): string {
  const line = lineWith(live, item, rules);
  live.recording?.write({
    at: new Date(at).toISOString(),
    matching: rules.map((rule) => rule.tag ?? ''),
    line,
    ...(item.kind === 'malformed' && { malformed: true }),
    ...(item.kind === 'control' && { control: true }),
  });
  return line;
}

function matching(rules: readonly StoredRule[], { kind, message }: Item): StoredRule[] {
  if (rules.length === 0 || kind !== 'post') return [];
  const post = searchable(message);
  return rules.filter(({ rule }) => matches(rule, post));
}

const postOf = (message: Json): Json => objectOf(message['data']);
const isRetweet = (message: Json): boolean =>
  referencesOf(postOf(message)).some(({ type }) => type === 'retweeted');

function archive(live: Live, { kind, message }: Item, at: number): Archived | undefined {
  const id = stringOf(postOf(message)['id']);
  if (kind !== 'post' || id === undefined || !/^\d+$/.test(id)) return undefined;
  const { matching_rules: _, ...bare } = message;
  const json = Buffer.from(JSON.stringify(bare));
  const post = { id: BigInt(id), at, json, isRetweet: isRetweet(message), paidOn: '' };
  live.archive.add(post);
  return post;
}

const expectationOf = (
  { message }: Item,
  at: number,
  rules: readonly StoredRule[],
): Omit<Expected, 'seq' | 'sent'> => ({
  id: stringOf(postOf(message)['id']) ?? '',
  at,
  tags: rules.map((rule) => rule.tag ?? ''),
  retweet: isRetweet(message),
});

function lineWith(live: Live, { kind, message, line }: Item, rules: readonly StoredRule[]): string {
  if (kind !== 'post') return line;
  const named = { ...message, matching_rules: rules.map(({ id, tag }) => ({ id, tag })) };
  return JSON.stringify(shaped(named, live.shape));
}

/** At once, or later and so out of order, and perhaps once more; what is late and finds its stream closed is lost. */
function sendSoon(live: Live, sending: Sending): void {
  const { clock, random, standing, connections } = live;
  const stream = streamOf(connections);
  if (stream === undefined) return;
  const { share, ms } = standing.disorder;
  const isLate = share > 0 && random() < share;
  const isTwice = standing.duplicates > 0 && random() < standing.duplicates;
  const sendIfOpen = (): void => {
    if (streamOf(connections) === stream) send(live, sending);
  };
  if (isLate) clock.after(random() * ms, sendIfOpen);
  else sendIfOpen();
  if (isTwice) clock.after(isLate ? ms : random() * 500, sendIfOpen);
}

function send(live: Live, { line, expected, archived }: Sending): void {
  if (streamOf(live.connections)?.send(line) !== true || expected === undefined) return;
  expected.sent += 1;
  if (expected.sent === 1) live.counters.delivered += 1;
  if (archived === undefined) return;
  const now = live.clock.now();
  pay(live.usage, archived, now);
  // "Quota exceeded" among the reasons of "Handling disconnections" in X's documentation.
  if (refusalOf(live.usage, now) !== undefined) end(live.connections, 'clean', 'Quota exceeded');
}

/** A post now, apart from the script; gives its id. Text alone becomes a whole post. */
export function push(live: Live, post: Json | string): string {
  const at = live.clock.now();
  const message = typeof post === 'string' ? messageOf(post, live.nextId(at), at) : post;
  const id = stringOf(postOf(message)['id']);
  if (!isObject(message['data']) || id === undefined)
    throw new TypeError('a post is {"data": {"id", "text", …}, …}');
  play(live, { kind: 'post', message, line: '', gapMs: 0 }, at);
  return id;
}

const HASHTAG = /#([\p{L}\p{M}\p{N}_]+)/gu;

/** Counted in code points, as X does. */
function spanOf(text: string, { 0: found, index }: RegExpExecArray): { start: number; end: number } {
  const start = codePoints(text.slice(0, index));
  return { start, end: start + codePoints(found) };
}

function messageOf(text: string, id: string, at: number): Json {
  const hashtags = Array.from(text.matchAll(HASHTAG), (match) => ({ ...spanOf(text, match), tag: match[1] }));
  const data = {
    id,
    text,
    created_at: timeOf(at),
    lang: 'und',
    author_id: '1',
    conversation_id: id,
    edit_history_tweet_ids: [id],
    ...(hashtags.length > 0 && { entities: { hashtags } }),
  };
  const user = { id: '1', name: 'Somebody', username: 'somebody' };
  return { data, includes: { users: [user] } };
}
