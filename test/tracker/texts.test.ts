import { describe, expect, it } from 'vitest';
import { type PostMessage, sort } from '../../eventing/post.ts';
import { textsOf } from '../../tracker/texts.ts';

function textsIn(message: unknown): string[] {
  const sorted = sort(message);
  if (sorted.kind !== 'post') throw new Error(`no post: ${JSON.stringify(sorted)}`);
  return textsOf(sorted satisfies PostMessage);
}

const entities = (word: string): unknown => ({
  hashtags: [{ text: `${word}tag` }],
  user_mentions: [{ screen_name: `${word}user`, name: 'A Name' }],
  urls: [{ url: 'https://t.co/1', expanded_url: `https://example.org/${word}`, display_url: 'example.org' }],
  media: [{ expanded_url: 'https://twitter.com/a/status/1/photo/1' }],
});
const searched = (word: string): string[] => [`${word}tag`, `${word}user`, `https://example.org/${word}`];

describe('textsOf a v1.1 status', () => {
  it('textsOf gives text, hashtags, mentions and links', () => {
    const status = { id_str: '1', text: 'a', user: {}, entities: entities('x') };
    expect(textsIn(status)).toEqual(['a', ...searched('x')]);
  });

  it('textsOf takes the extended text and its entities instead of the cut-off ones', () => {
    const extended_tweet = { full_text: 'whole', entities: entities('whole') };
    const status = { id_str: '1', text: 'who…', user: {}, entities: entities('cut'), extended_tweet };
    expect(textsIn(status)).toEqual(['whole', ...searched('whole')]);
  });

  it('textsOf takes `full_text` where the search gives that', () => {
    expect(textsIn({ id_str: '1', full_text: 'whole', user: {} })).toEqual(['whole']);
  });

  it('textsOf takes the original for the cut-off text of a retweet, and whom it repeats', () => {
    const retweeted_status = {
      text: 'or…',
      extended_tweet: { full_text: 'original', entities: entities('o') },
    };
    const status = {
      id_str: '1',
      text: 'RT @bob: or…',
      user: {},
      entities: entities('cut'),
      retweeted_status,
    };
    expect(textsIn(status)).toEqual(['RT @bob: ', 'original', ...searched('o')]);
  });

  it('textsOf keeps the cut-off text of a retweet whose original has none', () => {
    const status = { id_str: '1', text: 'RT @bob: or…', user: {}, retweeted_status: { id_str: '2' } };
    expect(textsIn(status)).toContain('RT @bob: or…');
  });

  it('textsOf reads the quoted post, also that of a retweet', () => {
    const quoted_status = { text: 'quo…', extended_tweet: { full_text: 'quoted', entities: entities('q') } };
    const quote = { id_str: '1', text: 'own', user: {}, quoted_status };
    expect(textsIn(quote)).toEqual(['own', 'quoted', ...searched('q')]);
    const retweet = { id_str: '2', text: 'RT @bob: own', user: {}, retweeted_status: quote };
    expect(textsIn(retweet)).toEqual(['RT @bob: ', 'own', 'quoted', ...searched('q')]);
    const flat = { ...retweet, retweeted_status: { text: 'own' }, quoted_status };
    expect(textsIn(flat)).toEqual(['RT @bob: ', 'own', 'quoted', ...searched('q')]);
  });

  it('textsOf undoes what X escapes in texts', () => {
    const text = 'search &amp; rescue &lt;now&gt; &amp;lt; &copy;';
    expect(textsIn({ id_str: '1', text, user: {} })).toEqual(['search & rescue <now> &lt; &copy;']);
  });

  it('textsOf is not put off by the wrong types anywhere', () => {
    const strange = {
      hashtags: [null, 1, 'x', { text: 5 }, { text: 'ok' }],
      user_mentions: {},
      urls: 'u',
      media: 0,
    };
    const status = {
      id_str: '1', text: 'a', user: {}, entities: strange, extended_tweet: [], retweeted_status: 'x', quoted_status: 7,
    }; // prettier-ignore
    expect(textsIn(status)).toEqual(['a', 'ok']);
  });
});

const v2Entities = (word: string): unknown => ({
  hashtags: [{ tag: `${word}tag` }],
  mentions: [{ username: `${word}user` }],
  urls: [
    { url: 'https://t.co/1', expanded_url: `https://e.org/${word}`, unwound_url: `https://u.org/${word}` },
  ],
});
const v2Searched = (word: string): string[] => [
  `${word}tag`, `${word}user`, `https://e.org/${word}`, `https://u.org/${word}`,
]; // prettier-ignore

describe.each([
  { dialect: 'tweet', note: 'note_tweet', references: 'referenced_tweets', posts: 'tweets' },
  { dialect: 'post', note: 'note_post', references: 'referenced_posts', posts: 'posts' },
])('textsOf a v2 post in the dialect "$dialect"', ({ note, references, posts }) => {
  it('textsOf gives the long text and the entities of both forms', () => {
    const data = {
      id: '1',
      text: 'cut…',
      entities: v2Entities('a'),
      [note]: { text: 'long', entities: v2Entities('b') },
    };
    expect(textsIn({ data })).toEqual(['long', ...v2Searched('a'), ...v2Searched('b')]);
  });

  it('textsOf reads what the post repeats and quotes, not what it answers', () => {
    const included = [
      { id: '3', text: 'answered' },
      { id: '4', text: 'cut…', [note]: { text: 'quoted' }, entities: v2Entities('q') },
      { id: '5', text: 'stranger' },
    ];
    const types = [
      { type: 'replied_to', id: '3' },
      { type: 'quoted', id: '4' },
      { type: 'quoted', id: '9' },
    ];
    const data = { id: '1', text: 'own', [references]: types };
    expect(textsIn({ data, includes: { [posts]: included } })).toEqual(['own', 'quoted', ...v2Searched('q')]);
  });

  it('textsOf takes the original for the cut-off text of a retweet, and what that quotes', () => {
    const included = [
      { id: '2', text: 'cut…', [note]: { text: 'whole' }, [references]: [{ type: 'quoted', id: '3' }] },
      { id: '3', text: 'quoted' },
    ];
    const data = { id: '1', text: 'RT @bob: cut…', [references]: [{ type: 'retweeted', id: '2' }] };
    const expected = ['RT @bob: ', 'whole', 'quoted'];
    expect(textsIn({ data, includes: { [posts]: included } })).toEqual(expected);
    expect(textsIn({ data })).toEqual(['RT @bob: cut…']);
  });
});
