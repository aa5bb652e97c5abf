// A normalizer stores for the events that there are.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../eventing/log.ts';
import { normalizer } from '../../functions/normalizer/app.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import type { Store } from '../../sql/store.ts';
import { makeEvent } from '../factories.ts';
import { deliverTo, post, record } from './delivered.ts';
import { EVENT } from './made.ts';

const event = makeEvent({ code: EVENT });
let dir: string;
let store: Store;
let app: Hono;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'normalizer-event-'));
  store = await openSqliteStore(dir);
  await store.createEvent(event);
  app = normalizer({ store, report: () => {} });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

const deliver = (message: Message): Promise<Response> => deliverTo(app, message);

describe('normalizer and its event', () => {
  it.each(['paused', 'archived', 'purged'] as const)(
    'normalizer stores what comes for an event that is %s',
    async (to) => {
      await store.changeEvent({ ...event, status: to, version: 2 });
      expect((await deliver(record([post(1)]))).status).toBe(204);
      expect(await store.total(EVENT)).toBe(1);
    },
  );

  it('normalizer makes nothing of a record for an event that there is not, until there is', async () => {
    const fire = record([post(1)], 'fire-2026');
    expect((await deliver(fire)).status).toBe(422);
    expect(await store.total('fire-2026')).toBe(0);
    expect(await store.rejected('fire-2026', 10)).toEqual([]);
    await store.createEvent(makeEvent({ code: 'fire-2026' }));
    expect((await deliver(fire)).status).toBe(204);
    expect(await store.total('fire-2026')).toBe(1);
  });

  it('normalizer asks for an event once, however many records come for it', async () => {
    const asked: string[] = [];
    const counting = new Proxy(store, {
      get: (of, name: keyof Store) => {
        if (name === 'event') return (code: string) => (asked.push(code), of.event(code));
        return (of[name] as () => unknown).bind(of);
      },
    });
    app = normalizer({ store: counting, report: () => {} });
    await Promise.all([1, 2, 3].map((n) => deliver(record([post(n)]))));
    await deliver(record([post(4)]));
    expect(asked).toEqual([EVENT]);
  });

  it('normalizer answers 503 when it cannot ask for the event, and asks again', async () => {
    let failures = 1;
    const failing = new Proxy(store, {
      get: (of, name: keyof Store) => {
        if (name === 'event' && failures-- > 0) return () => Promise.reject(new Error('no replica answers'));
        return (of[name] as () => unknown).bind(of);
      },
    });
    app = normalizer({ store: failing, report: () => {} });
    expect((await deliver(record([post(1)]))).status).toBe(503);
    expect((await deliver(record([post(1)]))).status).toBe(204);
  });
});
