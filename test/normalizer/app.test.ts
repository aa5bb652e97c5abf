import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hono } from 'hono';
import { eventChanged } from '../../eventing/cloud-events.ts';
import type { Message } from '../../eventing/log.ts';
import { normalizer } from '../../functions/normalizer/app.ts';
import type { Rejected } from '../../sql/ledger.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import { fileIn } from '../../sql/sqlite-schema.ts';
import type { Store } from '../../sql/store.ts';
import { encodeBatch, makeEvent } from '../factories.ts';
import { deliverTo, post, record } from './delivered.ts';
import { EVENT, ID, postOf, status, v2Post } from './made.ts';

const event = makeEvent({ code: EVENT });
let dir: string;
let store: Store;
let app: Hono;
let reported: string[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'normalizer-'));
  store = await openSqliteStore(dir);
  await store.createEvent(event);
  reported = [];
  app = normalizer({ store, report: (level, message) => reported.push(`${level}: ${message}`) });
});

afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

const deliver = (message: Message): Promise<Response> => deliverTo(app, message);
const texts = async (): Promise<string[]> =>
  (await store.tweets(EVENT, { limit: 1000 })).tweets.map((tweet) => tweet.t_text).toSorted();
const kept = (): Promise<Rejected[]> => store.rejected(EVENT, 10);

describe('normalizer', () => {
  it('normalizer stores every post of a record and answers 204', async () => {
    const answer = await deliver(record([post(1), post(2), postOf({ data: v2Post({ text: 'post 3' }) })]));
    expect(answer.status).toBe(204);
    expect(await texts()).toEqual(['post 1', 'post 2', 'post 3']);
    expect(await kept()).toEqual([]);
    expect(reported).toEqual([]);
  });

  it('normalizer stores a record that is delivered twice once', async () => {
    await deliver(record([post(1), post(1)]));
    await deliver(record([post(1)]));
    expect(await texts()).toEqual(['post 1']);
    expect(await store.total(EVENT)).toBe(1);
  });

  it('normalizer keeps NULs and mends half surrogate pairs all the way into the store', async () => {
    await deliver(record([postOf(`{"id_str":"${ID}","text":"a\\u0000b\\ud83dc"}`)]));
    expect(await texts()).toEqual(['a\0b\uFFFDc']);
  });

  it('normalizer keeps what is no post beside its reason and stores the rest', async () => {
    const bad = '{"id_str":"12"';
    const answer = await deliver(record([post(1), postOf(bad), post(2)]));
    expect(answer.status).toBe(204);
    expect(await texts()).toEqual(['post 1', 'post 2']);
    const [rejected, ...others] = await kept();
    expect(others).toEqual([]);
    expect(rejected).toMatchObject({
      event: EVENT,
      length: bad.length,
      sha256: createHash('sha256').update(bad).digest('hex'),
    });
    expect(rejected?.reason).toContain('not JSON');
    expect(Buffer.from(rejected?.bytes ?? []).toString()).toBe(bad);
    expect(reported).toEqual([`warning: Rejected 1 posts of a record for ${EVENT}.`]);
  });

  it('normalizer keeps a damaged line and goes on behind it', async () => {
    const whole = Buffer.from(encodeBatch([post(2)])).toString();
    const value = Buffer.from(`not an envelope\n{"id":1}\n${whole}`);
    expect((await deliver({ ...record([post(1)]), value })).status).toBe(204);
    expect(await texts()).toEqual(['post 2']);
    expect((await kept()).map(({ reason }) => reason)).toEqual([expect.stringContaining('envelope')]);
  });

  it('normalizer keeps the first 64 KB of a long post that it rejects', async () => {
    await deliver(record([postOf(`"${'a'.repeat(300_000)}"`)]));
    const [rejected] = await kept();
    expect(rejected?.length).toBe(300_002);
    expect(rejected?.bytes.length).toBe(65_536);
  });

  it('normalizer keeps a row that the store refuses and stores the rest', async () => {
    const db = new DatabaseSync(fileIn(dir));
    db.exec(`CREATE TRIGGER refuse BEFORE INSERT ON tweet WHEN NEW.t_text = 'post 1'
      BEGIN SELECT RAISE(ABORT, 'not this one'); END`);
    db.close();
    expect((await deliver(record([post(1), post(2)]))).status).toBe(204);
    expect(await texts()).toEqual(['post 2']);
    const [rejected, ...others] = await kept();
    expect(others).toEqual([]);
    expect(rejected?.reason).toContain('not this one');
    expect(Buffer.from(rejected?.bytes ?? [])).toEqual(Buffer.from(post(1).message));
  });

  it('normalizer answers 503 and says why when the store fails, and stores the record that is sent again', async () => {
    await store.close();
    expect((await deliver(record([post(1)]))).status).toBe(503);
    expect(reported).toEqual([expect.stringMatching(/^error: /)]);
    store = await openSqliteStore(dir);
    app = normalizer({ store, report: () => {} });
    expect((await deliver(record([post(1)]))).status).toBe(204);
    expect(await texts()).toEqual(['post 1']);
  });

  it('normalizer answers each of many records at once', async () => {
    const records = Array.from({ length: 50 }, (_, n) => record([post(2 * n), post(2 * n + 1)]));
    const answers = await Promise.all(records.map((one) => deliver(one)));
    expect(new Set(answers.map(({ status: code }) => code))).toEqual(new Set([204]));
    expect(await store.total(EVENT)).toBe(100);
  });
});

describe('normalizer, what no retry can help', () => {
  const changed = eventChanged('event-api', event);
  const good = record([postOf(status())]);
  const without = (name: string): Message => {
    const { [name]: _, ...headers } = good.headers;
    return { ...good, headers };
  };
  const refused: [string, Message, string][] = [
    ['another type', changed, 'dev.epicenter.event.changed'],
    ['no CloudEvent', { ...good, headers: { 'content-type': 'application/json' } }, 'no CloudEvent'],
    ['no type', without('ce_type'), 'type'],
    ['no subject', without('ce_subject'), 'subject'],
    ['a subject that is no code', record([postOf(status())], '../../etc'), 'subject'],
    ['a subject that is too long', record([postOf(status())], 'a'.repeat(41)), 'subject'],
    [
      'an event that there is not',
      record([postOf(status())], 'fire-2026'),
      'no event with the code fire-2026',
    ],
    ['an empty record', { ...good, value: new Uint8Array() }, 'empty'],
    ['a tombstone', { ...good, value: null }, 'empty'],
  ];

  it.each(refused)('normalizer answers 422 to %s and says why', async (_name, message, reason) => {
    const answer = await deliver(message);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toEqual({ title: expect.stringContaining(reason), status: 422 });
    expect(reported).toHaveLength(1);
  });

  it('normalizer answers 413 to what is no record of ours, and takes the longest that is', async () => {
    const long = { ...good, value: Buffer.alloc(1_200_000, 97) };
    expect((await deliver(long)).status).toBe(413);
    const text = 'a'.repeat(1_040_000);
    expect((await deliver(record([postOf(status({ text }))]))).status).toBe(204);
    expect(await texts()).toEqual([text]);
  });
});
