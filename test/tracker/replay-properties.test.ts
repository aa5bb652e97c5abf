import { gzipSync } from 'node:zlib';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocuments } from '../../tracker/replay/documents.ts';
import type { ReplayItem } from '../../tracker/replay/messages.ts';
import { openReplay } from '../../tracker/replay/open.ts';

/** The bytes cut into pieces of the given sizes, again and again. */
async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(
  bytes: Uint8Array,
  sizes: readonly number[] = [1 << 20],
  from = 0,
): Promise<ReplayItem[]> {
  return (await Array.fromAsync(readDocuments(cut(bytes, sizes), from))).flat();
}

const parsed = (items: readonly ReplayItem[]): unknown[] =>
  items.map((item) =>
    item.kind === 'message' ? JSON.parse(Buffer.from(item.bytes).toString()) : item.reason,
  );

// Whatever a message may hold, with the names that tell pages among its keys and the signs of JSON in its texts.
const key = fc.oneof(
  fc.constantFrom('data', 'statuses', 'meta', 'a'),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('"data":[', '{"a":\n', '\\', '"', ',\r\n{'),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.constantFrom(null, true, 1e300, -0.5),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
}));
const post = fc.record({ id: fc.stringMatching(/^\d{1,19}$/), text, more: value });
const posts = fc.array(post, { minLength: 1, maxLength: 6 });
const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 });
const lineBreak = fc.constantFrom('\n', '\r\n');
const indent = fc.constantFrom('', '\t', ' ', '  ', '    ');

const forms = {
  lines: (list: readonly unknown[]) => list.map((item) => JSON.stringify(item)),
  v1: (list: readonly unknown[]) => [
    JSON.stringify({ statuses: list, search_metadata: { count: list.length } }),
  ],
  v2: (list: readonly unknown[]) => [JSON.stringify({ meta: {}, data: list, includes: {} })],
};

describe('readDocuments, for any messages', () => {
  it('gives the same messages from lines and pages, indented or not, packed or not, cut anywhere', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'epicenter-replay-'));
    const form = fc.constantFrom('lines', 'v1', 'v2', 'indented v1', 'indented v2');
    const parts = fc.array(fc.tuple(form, posts, indent), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(parts, sizes, lineBreak, fc.boolean(), async (documents, chunks, end, packed) => {
        const expected: unknown[] = [];
        const texts: string[] = [];
        for (const [name, list, by] of documents) {
          const plain = name === 'lines' ? 'lines' : name.endsWith('v1') ? 'v1' : 'v2';
          const written = forms[plain](list);
          texts.push(
            ...(name.startsWith('indented')
              ? written.map((one) => JSON.stringify(JSON.parse(one), null, by))
              : written),
          );
          expected.push(...list.map((one) => (plain === 'v2' ? { data: one, includes: {} } : one)));
        }
        const bytes = Buffer.from(texts.join('\n').replaceAll('\n', end));
        const path = join(dir, 'input');
        await writeFile(path, packed ? gzipSync(bytes) : bytes);
        const whole = Buffer.concat(await Array.fromAsync((await openReplay(path)).chunks()));
        const same: unknown[] = JSON.parse(JSON.stringify(expected));
        expect(parsed(await read(whole, chunks))).toEqual(same);
      }),
      { numRuns: 200 },
    );
    await rm(dir, { recursive: true });
  });

  it('goes on from any end without losing or changing what comes behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(posts, posts, posts),
        sizes,
        indent,
        async ([one, two, three], chunks, by) => {
          const documents = [
            ...forms.lines(one),
            JSON.stringify({ statuses: two }, null, by),
            ...forms.v2(three),
            '{"id":"1"}',
          ];
          const bytes = Buffer.from(`\u{FEFF}${documents.join('\n')}\n`);
          const all = await read(bytes, chunks);
          for (const [index, item] of all.entries()) {
            const later = parsed(await read(bytes, chunks, item.end));
            const behind = parsed(all.slice(index + 1));
            expect(later.slice(later.length - behind.length)).toEqual(behind);
            expect(later.length - behind.length).toBeLessThanOrEqual(two.length + three.length);
          }
          expect(await read(bytes, chunks, all.at(-1)!.end)).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('lets no damage in a line reach another', async () => {
    const damage = fc.record({
      line: fc.nat(),
      at: fc.nat(),
      byte: fc.integer({ min: 0, max: 255 }),
      cut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(post, { minLength: 3, maxLength: 8 }),
        damage,
        sizes,
        async (list, how, chunks) => {
          const lines = forms.lines(list).map((line) => Buffer.from(line));
          const hurt = how.line % lines.length;
          const line = lines[hurt]!;
          const at = how.at % line.length;
          if (how.cut) lines[hurt] = line.subarray(0, at);
          else line[at] = how.byte;
          const bytes = Buffer.concat(lines.flatMap((one) => [one, Buffer.from('\n')]));
          const found = (await read(bytes, chunks)).map((item) => Buffer.from(item.bytes).toString('hex'));
          const others = lines.filter((_, index) => index !== hurt).map((one) => one.toString('hex'));
          const before = others.slice(0, hurt);
          const behind = others.slice(hurt);
          expect(found.slice(0, before.length)).toEqual(before);
          expect(found.slice(found.length - behind.length)).toEqual(behind);
        },
      ),
      { numRuns: 500 },
    );
  });
});
