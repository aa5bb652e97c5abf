import { describe, expect, it } from 'vitest';
import { normalise } from '../../functions/normalizer/normalise.ts';
import { tweetId } from '../../functions/normalizer/tweet-id.ts';
import { envelope, EVENT, ID, reasonOf, rowOf, status, TIME, tweetOf, v2Post } from './made.ts';

const writeTime = (receivedAt: string): number => tweetOf(status(), { receivedAt }).writeTime;
const listed = (listed_count: number): unknown => rowOf(status({ user: { listed_count } })).u_listed_count;

describe('normalise, identity and time', () => {
  it('tweetId gives the UUIDv5 that another implementation gives', () => {
    // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("65706963-656e-4ec3-a972-206f6620706f"), "flood-2026/20"))'
    expect(tweetId('flood-2026', '20')).toBe('76c3c0ea-cef4-5266-838d-aec029aeef88');
    expect(tweetId('sandy', '1050118621198921728')).toBe('307e011a-d2b2-5388-8647-bd794b7c31a6');
  });

  it('normalise takes event, keywords, source and way from the envelope', () => {
    expect(rowOf(status())).toMatchObject({
      event_name: EVENT,
      t_id: ID,
      id: tweetId(EVENT, ID),
      event_kw: 'flood, evacuate',
      source: 'x',
      via: 'stream',
      bucket: Date.UTC(2026, 7, 22, 20, 2),
      received_at: Date.UTC(2026, 7, 22, 20, 2, 59, 123),
    });
    expect(rowOf(status(), { keywords: [] })).not.toHaveProperty('event_kw');
  });

  it('normalise lets the time of receipt decide between copies, to the microsecond', () => {
    const base = Date.UTC(2026, 7, 22, 20, 2, 59) * 1000;
    expect(writeTime('2026-08-22T20:02:59.123456Z')).toBe(base + 123_456);
    expect(writeTime('2026-08-22T20:02:59.1Z')).toBe(base + 100_000);
    expect(writeTime('2026-08-22T20:02:59Z')).toBe(base);
    expect(writeTime('2026-08-22T22:02:59.000001+02:00')).toBe(base + 1);
    expect(tweetOf(status(), { via: 'search' }).writeTime).toBe(TIME * 1000);
  });

  it('normalise rejects a post whose envelope has no valid time of receipt', () => {
    for (const receivedAt of ['', 'yesterday', '2026-08-22', '2026-13-22T20:02:59Z', '2026-08-22T25:02:59Z'])
      expect(reasonOf(status(), { receivedAt })).toContain('receivedAt');
  });

  it('normalise keeps the message byte for byte', () => {
    const message = ` {"id_str": "${ID}",  "text":"a"} `;
    expect(Buffer.from(tweetOf(message).raw).toString()).toBe(message);
  });

  it('normalise takes the time of the id where created_at is missing or absurd', () => {
    const absurd = [undefined, 'soon', 5, 'Sat Aug 22 20:02:53 +0000 1026', '9999-01-01T00:00:00.000Z'];
    for (const created_at of [...absurd, '2026-02-45T00:00:00Z', '1'])
      expect(rowOf(status({ created_at })).t_created_at).toBe(TIME);
  });

  it('normalise takes created_at with an offset or further decimals', () => {
    for (const created_at of ['2026-08-22T22:00:01+02:00', '2026-08-22T20:00:01.0009Z'])
      expect(rowOf(status({ created_at })).t_created_at).toBe(Date.UTC(2026, 7, 22, 20, 0, 1));
  });

  it('normalise takes created_at for a post from before ids told the time', () => {
    const row = rowOf(status({ id_str: '20', created_at: 'Tue Mar 21 20:50:14 +0000 2006' }));
    expect(row.bucket).toBe(Date.UTC(2006, 2, 21, 20, 50));
    expect(row.t_created_at).toBe(Date.UTC(2006, 2, 21, 20, 50, 14));
    const search = tweetOf(status({ id_str: '20', created_at: 'Tue Mar 21 20:50:14 +0000 2006' }), {
      via: 'search',
    });
    expect(search.writeTime).toBe(Date.UTC(2006, 2, 21, 20, 50, 14) * 1000);
  });

  it('normalise reads the id of another source without looking for a time in it', () => {
    const row = rowOf(v2Post({ created_at: '2026-08-01T00:00:30Z' }), { source: 'elsewhere' });
    expect(row.bucket).toBe(Date.UTC(2026, 7, 1));
    expect(row.source).toBe('elsewhere');
  });
});

describe('normalise, what it rejects', () => {
  const rejected: [string, unknown, RegExp][] = [
    ['nothing', '', /not JSON/],
    ['a cut-off message', `{"id_str":"${ID}","text":"a`, /not JSON/],
    ['a list', [1], /not a JSON object/],
    ['null', null, /not a JSON object/],
    ['a post without id', status({ id_str: undefined, id: undefined }), /id is missing/],
    ['an id that readers round', `{"id":1234567890123456789,"text":"a","user":{}}`, /rounds?/],
    ['a numeric v2 id', { data: v2Post({ id: 12 }) }, /number/],
    ['a post without text', status({ text: undefined }), /text is missing/],
    ['a v2 post without text', { data: v2Post({ text: undefined }) }, /text is missing/],
    ['a text that is no text', status({ text: { a: 1 } }), /text is missing/],
    ['a deletion', { delete: { status: { id_str: ID } } }, /delete message/],
    ['a limit notice', { limit: { track: 5 } }, /limit message/],
    ['an error', { errors: [{ title: 'operational-disconnect' }] }, /errors message/],
    ['a result page', { data: [v2Post()] }, /result page/],
    ['a v1.1 result page', { statuses: [status()] }, /result page/],
    ['an old id without created_at', status({ id_str: '20', created_at: undefined }), /time/],
  ];

  it.each(rejected)('normalise rejects %s and says why', (_name, message, reason) => {
    expect(reasonOf(message)).toMatch(reason);
  });
});

describe('normalise, values that do not fit', () => {
  it('normalise leaves out every value of the wrong type and keeps the row', () => {
    const row = rowOf(
      status({
        lang: 5,
        retweet_count: '12',
        favorite_count: 2 ** 31,
        favorited: 'true',
        entities: { hashtags: [{ text: 1 }, null, 'x'], urls: 'none', user_mentions: { 0: 1 }, media: 7 },
        geo: 'here',
        coordinates: [1, 2],
        quoted_status_id_str: 'abc',
        user: { id_str: {}, id: 1e300, name: null, followers_count: 1.5, created_at: 0, url: {} },
      }),
    );
    const said =
      'event_name bucket t_id id t_created_at t_text source via received_at event_kw t_is_a_retweet';
    expect(Object.keys(row).toSorted()).toEqual(said.split(' ').toSorted());
  });

  it('normalise makes a row of a post that has nothing but id and text', () => {
    expect(rowOf({ id_str: ID, text: '' }).t_text).toBe('');
    expect(rowOf({ data: { id: ID, text: '' } }).t_text).toBe('');
  });

  it('normalise keeps whole numbers of 32 bits and no others', () => {
    expect(listed(2_147_483_647)).toBe(2_147_483_647);
    expect(listed(-2_147_483_648)).toBe(-2_147_483_648);
    expect(listed(2_147_483_648)).toBeUndefined();
    expect(rowOf(`{"id_str":"${ID}","text":"a","retweet_count":-0}`).t_retweet_count).toBe(0);
  });

  it('normalise puts U+FFFD where half of a surrogate pair was, and keeps NULs', () => {
    const message = `{"id_str":"${ID}","text":"a\\ud83db\\u0000c","user":{"name":"\\udc00"},
      "entities":{"hashtags":[{"text":"\\ud83d"}]}}`;
    expect(rowOf(message)).toMatchObject({ t_text: 'a\uFFFDb\0c', u_name: '\uFFFD', hashtags: ['\uFFFD'] });
    const row = rowOf(status(), { keywords: ['\ud83d'], source: 'x' });
    expect(row.event_kw).toBe('\uFFFD');
  });

  it('normalise puts U+FFFD where bytes are no UTF-8', () => {
    const start = Buffer.from(`{"id_str":"${ID}","text":"a`);
    const message = Buffer.concat([start, Buffer.from([0xff]), Buffer.from('"}')]);
    expect(normalise(EVENT, { envelope: envelope(), message })).toMatchObject({
      tweet: { row: { t_text: 'a\uFFFD' }, raw: message },
    });
  });

  it('normalise leaves out a place that is nested too deeply to be written', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const row = rowOf(`{"id_str":"${ID}","text":"a","geo":{"coordinates":${deep}}}`);
    expect(row).not.toHaveProperty('t_geo');
  });
});
