import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { addRules, arrived, idsOf, listening, read, simulate } from './x-simulator-calls.ts';

const text = 'flood 🌊 น้ำท่วม 洪水';

describe('the bytes of the simulator', () => {
  it('stop while the stream is frozen, with the socket open, and all come once it thaws', async () => {
    const { x, reader } = await listening({ keepAliveMs: 20 });
    await using _ = x;
    x.push(text);
    await arrived(reader, 1);
    x.fault({ do: 'freeze' });
    await sleep(20);
    const before = reader.text();
    x.push(text);
    await sleep(150);
    expect(reader.text()).toBe(before);
    expect(x.state().connected).toBe(true);
    x.fault({ do: 'thaw' });
    await arrived(reader, 2);
    x.fault({ do: 'freeze', ms: 100 });
    x.push(text);
    await arrived(reader, 3);
    reader.close();
  });

  it('of a frozen stream are lost when its reader leaves, and the record knows what they were', async () => {
    const { x, reader } = await listening();
    await using _ = x;
    x.fault({ do: 'freeze' });
    const id = x.push(text);
    reader.close();
    await vi.waitFor(() => expect(x.state().connected).toBe(false));
    const again = await read(x.url);
    const next = x.push(text);
    await arrived(again, 1);
    expect(idsOf(again)).toEqual([next]);
    expect(x.expected().map((one) => one.id)).toEqual([id, next]);
    again.close();
  });

  it.each(['line', 'crlf-alone', 'split-characters', 'random', '64k', 'drip'] as const)(
    'are cut as %s, and none is changed',
    async (as) => {
      const { x, reader } = await listening();
      await using _ = x;
      x.fault({ do: 'chunks', as, bytes: 100, everyMs: 1 });
      const count = as === 'drip' ? 3 : 300;
      const ids = Array.from({ length: count }, () => x.push(text));
      await arrived(reader, count);
      expect(idsOf(reader)).toEqual(ids);
      expect(reader.text()).not.toContain('\uFFFD');
      const sizes = reader.parts.map((part) => part.length);
      const isAlone = reader.parts.filter((part) => part.toString() === '\r\n').length;
      const splits = reader.parts.filter((part) => part[0]! >= 0x80 && part[0]! < 0xc0).length;
      // The network may cut once more, every 64 KB or so.
      if (as === 'line') expect(Math.abs(sizes.length - 300)).toBeLessThan(10);
      if (as === 'crlf-alone') expect(Math.abs(isAlone - 300)).toBeLessThan(10);
      // ten characters have more than one byte: a wave, seven Thai ones, two Chinese ones
      if (as === 'split-characters') expect(Math.abs(splits - 3_000)).toBeLessThan(10);
      if (as === 'random') expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
      if (as === 'random') expect(new Set(sizes).size).toBeGreaterThan(100);
      if (as === 'random') expect(splits).toBeGreaterThan(5);
      if (as === '64k') expect(sizes.length).toBeLessThan(50);
      if (as === 'drip') expect(Math.max(...sizes)).toBe(100);
      reader.close();
    },
  );

  it('are compressed although nobody asked for it', async () => {
    await using x = await simulate({ posts: [] });
    await addRules(x.url, 'flood');
    x.fault({ do: 'gzip' });
    const reader = await read(x.url);
    expect(reader.headers['content-encoding']).toBe('gzip');
    x.push(text);
    await vi.waitFor(() => expect(Buffer.concat([...reader.parts]).length).toBeGreaterThan(50));
    x.fault({ do: 'cut' });
    expect(await reader.ended).toBe('clean');
    expect(gunzipSync(Buffer.concat([...reader.parts])).toString()).toContain(text);
  });

  it('come twice for some posts, and late for some', async () => {
    const { x, reader } = await listening();
    await using _ = x;
    x.fault({ do: 'duplicates', share: 0.5 }, { do: 'disorder', share: 0.5, ms: 200 });
    const ids = Array.from({ length: 200 }, () => x.push(text));
    await sleep(900);
    const got = idsOf(reader);
    expect(new Set(got)).toEqual(new Set(ids));
    expect(got.length).toBeGreaterThan(260);
    expect(got.length).toBeLessThan(340);
    expect(got.length).toBe(x.expected().reduce((sum, { sent }) => sum + sent, 0));
    expect([...new Set(got)]).not.toEqual(ids);
    reader.close();
  });

  it('come in bursts', async () => {
    const posts = Array.from({ length: 20_000 }, (_, id) =>
      JSON.stringify({ data: { id: `${id + 1}`, text: 'flood' } }),
    );
    const { x, reader } = await listening({ posts, rate: 1 });
    await using _ = x;
    x.fault({ do: 'rate', perSecond: 5_000, ms: 500 });
    await sleep(900);
    const { generated } = x.state();
    expect(generated).toBeGreaterThan(300);
    expect(generated).toBeLessThan(3_500);
    expect(reader.lines().length).toBeGreaterThan(200);
    reader.close();
  });

  it('are sent as they are at full speed, no faster than they are read', async () => {
    const { x, reader } = await listening();
    await using _ = x;
    x.fault({ do: 'chunks', as: 'random' });
    const block = Buffer.from(`${JSON.stringify({ data: { id: '1', text } })}\r\n`.repeat(200));
    for (let times = 0; times < 50; times += 1) await x.raw(block);
    await arrived(reader, 10_000);
    expect(Buffer.concat([...reader.parts]).equals(Buffer.concat(Array<Buffer>(50).fill(block)))).toBe(true);
    expect(x.expected()).toEqual([]);
    reader.close();
  });
});
