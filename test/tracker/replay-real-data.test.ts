import { gzipSync } from 'node:zlib';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { objectOf, objectsOf, type Json } from '../../eventing/post.ts';
import { readDocuments } from '../../tracker/replay/documents.ts';
import { openReplay } from '../../tracker/replay/open.ts';
import { noRealData, realFile, WHY } from '../real-data.ts';

/** Messages as the replay gives them, read from a file of the given bytes. */
async function replayed(bytes: string | Uint8Array): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'epicenter-replay-'));
  await writeFile(join(dir, 'input'), bytes);
  const input = await openReplay(join(dir, 'input'));
  const items = (await Array.fromAsync(readDocuments(input.chunks(), 0))).flat();
  await rm(dir, { recursive: true });
  return items.map((item) => Buffer.from(item.bytes).toString());
}

const parseAll = (messages: readonly string[]): Json[] =>
  messages.map((message) => objectOf(JSON.parse(message)));
const pagesOf = (file: string): Json[] => parseAll(realFile(file).split('\n').filter((line) => line !== '')); // prettier-ignore

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The slow way to what a post refers to: every id in the places that the X API's object model names. */
function includesOf(post: Json, includes: Json): Json {
  const listed = (name: string): readonly Json[] => objectsOf(includes[name]);
  const referred = objectsOf(post['referenced_tweets']).map((reference) => reference['id']);
  const tweets = listed('tweets').filter((tweet) => referred.includes(tweet['id']));
  const both = [post, ...tweets];
  const authors = [post['in_reply_to_user_id'], ...both.map((one) => one['author_id'])];
  const mentions = objectsOf(objectOf(post['entities'])['mentions']);
  const media = both.flatMap((one) => listOf(objectOf(one['attachments'])['media_keys']));
  const places = both.map((one) => objectOf(one['geo'])['place_id']);
  const polls = listOf(objectOf(post['attachments'])['poll_ids']);
  const kept = {
    users: listed('users').filter(
      ({ id, username }) =>
        authors.includes(id) ||
        mentions.some((mention) =>
          mention['id'] === undefined ? mention['username'] === username : mention['id'] === id,
        ),
    ),
    tweets,
    media: listed('media').filter((one) => media.includes(one['media_key'])),
    places: listed('places').filter((one) => places.includes(one['id'])),
    polls: listed('polls').filter((one) => polls.includes(one['id'])),
  };
  return Object.fromEntries(Object.entries(kept).filter(([, list]) => list.length > 0));
}

describe.skipIf(noRealData)(`The replay's input of real posts ${WHY}`, () => {
  it.each([
    ['v2-2sets.jsonl', 200],
    ['v2-entities-test.jsonl', 474],
    ['v2-geo-tweets.jsonl', 2],
    ['v2-edited.jsonl', 1],
  ])('takes the pages of %s apart, on one line, over many and packed', async (file, count) => {
    const pages = pagesOf(file);
    const expected = pages.flatMap((page) =>
      objectsOf(page['data']).map((data) => ({
        data,
        includes: includesOf(data, objectOf(page['includes'])),
      })),
    );
    expect(expected).toHaveLength(count);
    const indented = pages.map((page) => JSON.stringify(page, null, 2)).join('\r\n');
    for (const input of [realFile(file), indented, gzipSync(realFile(file))]) {
      expect(parseAll(await replayed(input))).toEqual(expected);
    }
    // Byte for byte: each post stands in the file as it stands in its message.
    for (const message of await replayed(realFile(file))) {
      const post = message.slice('{"data":'.length, message.lastIndexOf(',"includes":{'));
      expect(realFile(file).includes(post.slice(0, 200))).toBe(true);
    }
  });

  it('gives the 100 posts of the v1.1 search page, whole numbers above 2^53 untouched', async () => {
    const page = realFile('v1-search-100.json');
    const messages = await replayed(page);
    expect(messages).toHaveLength(100);
    expect(parseAll(messages)).toEqual(objectsOf(objectOf(JSON.parse(page))['statuses']));
    const numbers = Array.from(page.matchAll(/\d{17,}/g), ([digits]) => digits);
    const kept = messages.join('\n').match(/\d{17,}/g);
    expect(numbers).toEqual(expect.arrayContaining(kept ?? []));
    expect(messages[0]).toContain('"id": 505874924095815681');
  });

  it.each([
    ['v1-stream-72.jsonl', 72],
    ['bluesky-jetstream-152.jsonl', 152],
  ])('gives each line of %s as it is', async (file, count) => {
    const lines = realFile(file).split('\n').filter((line) => line !== ''); // prettier-ignore
    expect(lines).toHaveLength(count);
    expect(await replayed(realFile(file))).toEqual(lines);
  });

  it('gives the stream messages and the cut-off line of v2-streaming-output-with-error.jsonl, one each', async () => {
    const text = realFile('v2-streaming-output-with-error.jsonl');
    expect(await replayed(text)).toEqual(text.split(/\r?\n/).filter((line) => line !== ''));
  });
});
