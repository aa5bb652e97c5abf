import { describe, expect, it } from 'vitest';
import { type Json, objectOf, objectsOf, sort } from '../../eventing/post.ts';
import { textsOf } from '../../tracker/texts.ts';
import { noRealData, realFile, WHY } from '../real-data.ts';

function textsIn(message: Json): string[] {
  const sorted = sort(message);
  if (sorted.kind !== 'post') throw new Error(`no post: ${JSON.stringify(sorted)}`);
  return textsOf(sorted);
}

function parse(line: string): Json[] {
  try {
    return [objectOf(JSON.parse(line))];
  } catch {
    // One line of the streaming output is cut off.
    return [];
  }
}

/** Messages as a stream would bring them: pages taken apart, each post with all that its page includes. */
function messagesIn(file: string): Json[] {
  const lines = file.endsWith('.json') ? [realFile(file)] : realFile(file).split('\n');
  return lines.flatMap(parse).flatMap((message) => {
    const { data, includes, statuses } = message;
    if (Array.isArray(statuses)) return objectsOf(statuses);
    return Array.isArray(data) ? objectsOf(data).map((post) => ({ data: post, includes })) : [message];
  });
}

const undone = (text: unknown): string =>
  String(text).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

describe.skipIf(noRealData)(`textsOf real posts ${WHY}`, () => {
  it.each([
    ['v1-stream-72.jsonl', 72],
    ['v1-search-100.json', 100],
  ])('textsOf finds the full texts and hashtags of %s', (file, count) => {
    const messages = messagesIn(file);
    expect(messages).toHaveLength(count);
    for (const message of messages) {
      const parts = [message['retweeted_status'] ?? message, message['quoted_status']].filter(Boolean);
      const expected = parts.map(objectOf).flatMap((part) => {
        const extended = objectOf(part['extended_tweet']);
        const { hashtags } = objectOf(extended['entities'] ?? part['entities']);
        const text = undone(extended['full_text'] ?? part['text']);
        return [text, ...objectsOf(hashtags).map((hashtag) => hashtag['text'])];
      });
      expect(textsIn(message)).toEqual(expect.arrayContaining(expected));
    }
  });

  it.each([
    ['v2-2sets.jsonl', 200],
    ['v2-entities-test.jsonl', 474],
    ['v2-geo-tweets.jsonl', 1],
    ['v2-edited.jsonl', 1],
    ['v2-streaming-output-with-error.jsonl', 6],
  ])('textsOf finds the full texts of %s', (file, atLeast) => {
    const messages = messagesIn(file);
    expect(messages.length).toBeGreaterThanOrEqual(atLeast);
    for (const message of messages) {
      const data = objectOf(message['data']);
      const references = objectsOf(data['referenced_tweets']).filter(({ type }) => type !== 'replied_to');
      const ids = references.map(({ id }) => id);
      const others = objectsOf(objectOf(message['includes'])['tweets']).filter(({ id }) => ids.includes(id));
      const repeats = references.some(({ type }) => type === 'retweeted') && others.length > 0;
      const parts = repeats ? others : [data, ...others];
      const expected = parts.map((post) => undone(objectOf(post['note_tweet'])['text'] ?? post['text']));
      expect(textsIn(message)).toEqual(expect.arrayContaining(expected));
    }
  });
});
