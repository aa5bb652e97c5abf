import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from '../../functions/normalizer/normalise.ts';
import { columns, type Column } from '../../sql/tweet.ts';
import { envelope, EVENT, postOf, rowOf, status, v2Post, v2User } from './made.ts';

/** Fields that messages have, filled with anything: what a stranger may send under a known name. */
const FIELDS = `
  id id_str text full_text created_at user entities extended_tweet extended_entities
  retweeted_status quoted_status geo place coordinates lang retweet_count edit_history author_id
  author note_tweet note_post referenced_tweets referenced_posts attachments
  edit_history_tweet_ids edit_history_post_ids public_metrics data includes matching_rules users
  tweets posts media places hashtags urls user_mentions mentions media_keys place_id type
  username name screen_name url valueOf toString __proto__ length`
  .trim()
  .split(/\s+/);
const anything = fc.jsonValue({ maxDepth: 4, noUnicodeString: false });
const strange = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, anything, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 12 }),
})).value;

const isOfType: Record<(typeof columns)[Column], (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string' && value.isWellFormed(),
  uuid: (value) => typeof value === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value),
  int: (value) => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 31,
  boolean: (value) => typeof value === 'boolean',
  timestamp: (value) => Number.isSafeInteger(value),
  list: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string' && item.isWellFormed()),
};

function expectGoodRow(row: object): void {
  const types: Partial<Record<string, (typeof columns)[Column]>> = columns;
  for (const [column, value] of Object.entries(row)) {
    const type = types[column];
    expect(type, column).toBeDefined();
    expect(type !== undefined && isOfType[type](value), `${column} = ${String(value)}`).toBe(true);
  }
}

describe('normalise, whatever comes', () => {
  it('normalise never throws on bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
        expect(Object.keys(normalise(EVENT, { envelope: envelope(), message }))).toHaveLength(1);
      }),
    );
  });

  it('normalise never throws on JSON, and its rows hold only what their columns can', () => {
    fc.assert(
      fc.property(fc.oneof(strange, anything), (message) => {
        const made = normalise(EVENT, postOf(message));
        if ('tweet' in made) expectGoodRow(made.tweet.row);
        else expect(made.rejected).not.toBe('');
      }),
      { numRuns: 1_000 },
    );
  });

  it('normalise makes a row of any v1.1 post with id, text and time, whatever else it holds', () => {
    const { id_str, text, created_at } = status();
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...FIELDS), strange), fc.object(), (known, rubbish) => {
        const message = { ...rubbish, ...known, user: known['user'] ?? {}, data: 1, statuses: 1 };
        const whole = { ...message, id_str, text, created_at, full_text: undefined };
        const row = rowOf(JSON.stringify(whole));
        expect(row.t_id).toBe(id_str);
        expectGoodRow(row);
      }),
      { numRuns: 500 },
    );
  });

  it('normalise makes a row of any v2 post with id, text and time, whatever else it holds', () => {
    const good = v2Post();
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...FIELDS), strange), strange, (known, includes) => {
        const row = rowOf({ data: { ...known, ...good }, includes });
        expect(row.t_id).toBe(good['id']);
        expectGoodRow(row);
      }),
      { numRuns: 500 },
    );
  });

  it('normalise makes the same row of both dialects', () => {
    const id = fc.bigInt(2n ** 36n, 2n ** 62n).map(String);
    const posts = fc.record({ first: id, quoted: id, long: fc.string(), count: fc.nat(), tweets: fc.nat() });
    fc.assert(
      fc.property(posts, ({ first, quoted, long, count, tweets }) => {
        const references = [{ type: 'quoted', id: quoted }];
        const legacy = {
          data: v2Post({
            note_tweet: { text: long },
            referenced_tweets: references,
            edit_history_tweet_ids: [first],
            public_metrics: { retweet_count: count },
          }),
          includes: { users: [v2User({ public_metrics: { tweet_count: tweets } })] },
        };
        const renamed = JSON.stringify(legacy)
          .replace('note_tweet', 'note_post')
          .replace('referenced_tweets', 'referenced_posts')
          .replace('edit_history_tweet_ids', 'edit_history_post_ids')
          .replace('retweet_count', 'repost_count')
          .replace('tweet_count', 'post_count');
        expect(rowOf(renamed)).toEqual(rowOf(legacy));
        expect(rowOf(legacy)).toMatchObject({
          t_quoted_id: quoted,
          t_edit_of: first,
          t_retweet_count: count,
        });
      }),
    );
  });
});
