// What the tracker notes, delivered as a KafkaSource does.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COLLECTION_NOTED, noted } from '../../eventing/cloud-events.ts';
import type { Note } from '../../eventing/collection.ts';
import { openApi, problemOf } from './fixture.ts';
import type { Api } from './fixture.ts';

let api: Api;
beforeEach(async () => {
  api = await openApi();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

const attributes = {
  'ce-specversion': '1.0',
  'ce-id': 'a1',
  'ce-type': COLLECTION_NOTED,
  'ce-source': '/epicenter/tracker',
};
const send = (data: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  api.call('POST', '/deliveries', data, { ...attributes, ...headers });

const opened = {
  kind: 'gap.opened',
  event: 'flood',
  from: '2012-10-29T22:00:00.000Z',
  to: null,
  reason: 'disconnected',
  recovered: 0,
  note: '',
} as const;
const closed = { ...opened, kind: 'gap.closed', to: '2012-10-29T22:05:00.000Z' } as const;

describe('POST /deliveries', () => {
  it('keeps gaps as they open, close and are filled, also when notes come twice', async () => {
    const filled = { ...closed, kind: 'gap.filled', recovered: 12, note: 'search reached all of it' };
    for (const note of [opened, opened, closed, filled, filled]) {
      expect((await send(note)).status).toBe(204);
    }
    const { kind: _, ...gap } = filled;
    expect(await api.store.gaps('flood')).toEqual([gap]);
  });

  it('takes what the log carries for a note', async () => {
    const { headers, value } = noted('tracker', 'flood', opened);
    const overHttp = new Headers();
    for (const [name, text] of Object.entries(headers)) overHttp.set(name.replace(/^ce_/, 'ce-'), text);
    const response = await api.app.request('/deliveries', {
      method: 'POST',
      headers: overHttp,
      body: Buffer.from(value!),
    });
    expect(response.status).toBe(204);
    expect(await api.store.gaps('flood')).toHaveLength(1);
  });

  it('keeps rejected lines byte for byte, each once', async () => {
    const bytes = Buffer.from([0x7b, 0x00, 0xff, 0x0a]);
    const line = {
      sha256: 'ab'.repeat(32),
      length: 10_000_000,
      reason: 'not JSON',
      bytes: bytes.toString('base64'),
      at: '2012-10-29T22:00:00.000Z',
    };
    for (let time = 0; time < 2; time += 1) {
      expect((await send({ kind: 'lines.rejected', lines: [line], more: 3 })).status).toBe(204);
    }
    const kept = await api.store.rejected(undefined, 10);
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({ event: '', sha256: line.sha256, length: 10_000_000, reason: 'not JSON' });
    expect(Buffer.from(kept[0]!.bytes).equals(bytes)).toBe(true);
    expect(kept[0]!.at).toBe(Date.parse(line.at));
  });

  it('takes 512 KB of rejected lines in one note', async () => {
    const lines = Array.from({ length: 8 }, (_, n) => ({
      sha256: String(n).repeat(64),
      length: 70_000,
      reason: 'not JSON',
      bytes: Buffer.alloc(65_536, 'x').toString('base64'),
      at: '2012-10-29T22:00:00.000Z',
    }));
    expect((await send({ kind: 'lines.rejected', lines, more: 0 })).status).toBe(204);
    expect(await api.store.rejected(undefined, 10)).toHaveLength(8);
  });

  it('keeps that the tracker let go of an event', async () => {
    expect((await send({ kind: 'event.released', event: 'flood', version: 4 })).status).toBe(204);
    expect(await api.store.releases()).toEqual(new Map([['flood', 4]]));
  });

  it('accepts that X refused a rule', async () => {
    const refused: Note = { kind: 'rule.refused', event: 'flood', keywords: ['a'], reason: 'too common' };
    expect((await send(refused)).status).toBe(204);
    expect(api.reported).toEqual(['warning: X refused a rule of flood: too common']);
  });

  it.each([
    ['no JSON', '{', {}],
    ['no data', '', {}],
    ['a kind that is not known', { kind: 'gap.moved' }, {}],
    ['a gap without its start', { ...opened, from: undefined }, {}],
    ['a gap with a number for a time', { ...opened, from: 5 }, {}],
    [
      'bytes that are no base64',
      {
        kind: 'lines.rejected',
        more: 0,
        lines: [{ sha256: 'a', length: 1, reason: 'x', bytes: '*', at: opened.from }],
      },
      {},
    ],
    ['another type', opened, { 'ce-type': 'dev.knative.kafka.event' }],
    ['no attributes', opened, { 'ce-specversion': '', 'ce-id': '', 'ce-type': '', 'ce-source': '' }],
  ])('answers 422, a dead letter at once, to %s', async (_, data, headers) => {
    expect((await problemOf(await send(data, headers))).status).toBe(422);
    expect(await api.store.gaps('flood')).toEqual([]);
  });

  it('answers 503, to be tried again, when the store does not take it', async () => {
    await api.store.close();
    expect((await problemOf(await send(opened))).status).toBe(503);
  });
});
