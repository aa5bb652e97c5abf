import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readDocuments } from '../../tracker/replay/documents.ts';
import type { ReplayItem } from '../../tracker/replay/messages.ts';

async function* inChunks(text: string | Uint8Array, size = 1_000_000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Uint8Array, { size = 1_000_000, from = 0 } = {}): Promise<ReplayItem[]> {
  return (await Array.fromAsync(readDocuments(inChunks(text, size), from))).flat();
}

/** A message's text; of what is rejected, its beginning in brackets. */
const told = (item: ReplayItem): string => {
  const text = Buffer.from(item.bytes).toString();
  return item.kind === 'message' ? text : `[${text.slice(0, 20)}]`;
};
const texts = async (text: string | Uint8Array): Promise<string[]> => (await read(text)).map(told);

describe('readDocuments', () => {
  it('gives each line as a message, without BOM, line breaks and blank lines', async () => {
    expect(await texts('\u{FEFF}{"id":1}\r\n\r\n  \n{"id":505874924095815681}\nnot json\n{"id":3}')).toEqual([
      '{"id":1}', '{"id":505874924095815681}', 'not json', '{"id":3}',
    ]); // prettier-ignore
    expect(await read('')).toEqual([]);
    expect(await read('\n\r\n')).toEqual([]);
  });

  it('takes pages on one line apart, and goes on from each of them behind a BOM', async () => {
    const text =
      '\u{FEFF}{"statuses":[{"id":1},{"id":2}]}{"data":[]} {"statuses":[{"id":3}]}\n{"id":4} {"id":5}x\n';
    const items = await read(text);
    expect(items.map(told)).toEqual(['{"id":1}', '{"id":2}', '{"id":3}', '{"id":4} {"id":5}x']);
    for (const [index, { end }] of items.entries()) {
      const behind = (await read(text, { from: end })).map(told);
      expect(behind.slice(index === 0 ? 1 : 0)).toEqual(items.slice(index + 1).map(told));
    }
  });

  it('takes a v1.1 page apart byte for byte', async () => {
    const page =
      '{"search_metadata":{"a":[1]},"statuses":[{"id":505874924095815681, "t":"\\u00e4]}"},{"id":2.0}]}';
    expect(await texts(`${page}\n{"id":3}`)).toEqual([
      '{"id":505874924095815681, "t":"\\u00e4]}"}', '{"id":2.0}', '{"id":3}',
    ]); // prettier-ignore
  });

  it('gives each post of a v2 page what it refers to, in either dialect', async () => {
    for (const [list, refs] of [
      ['tweets', 'referenced_tweets'],
      ['posts', 'referenced_posts'],
    ] as const) {
      const one = `{"id":"1","author_id":"u1","in_reply_to_user_id":"u2","geo":{"place_id":"p"},"attachments":{"media_keys":["m1"],"poll_ids":["q"]},"entities":{"mentions":[{"username":"Bob"},{"username":"x","id":"u3"}]},"${refs}":[{"type":"quoted","id":"9"}]}`;
      const two = '{"id":"2","author_id":"u5"}';
      const users = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6'].map((id) => `{"id":"${id}"}`);
      const bob = '{"id":"u7","username":"Bob"}';
      const nine = '{"id":"9","author_id":"u4","attachments":{"media_keys":["m2"]}, "n":1.50}';
      const page = `{"data":[${one},${two}],"includes":{"users":[${users.join()},${bob}],"${list}":[${nine},{"id":"8"}],"media":[{"media_key":"m1"},{"media_key":"m2"},{"media_key":"m3"}],"places":[{"id":"p"},{"id":"p2"}],"polls":[{"id":"q"},{"id":"9"}]},"errors":[{"id":"u1"}],"meta":{"result_count":2}}`;
      expect(await texts(page)).toEqual([
        `{"data":${one},"includes":{"users":[${users.slice(0, 4).join()},${bob}],"${list}":[${nine}],"media":[{"media_key":"m1"},{"media_key":"m2"}],"places":[{"id":"p"}],"polls":[{"id":"q"}]}}`,
        `{"data":${two},"includes":{"users":[${users[4]}]}}`,
      ]);
    }
  });

  it('gives nothing for a page without posts', async () => {
    const empty = ['{"statuses":[]}', '{"data":[],"meta":{}}', '{"meta":{"result_count":0,"newest_id":"1"}}'];
    expect(await texts(empty.join('\n'))).toEqual([]);
    expect(await texts('{\n  "statuses": [\n  ]\n}')).toEqual([]);
  });

  it('leaves alone what only looks like a page', async () => {
    const lines = [
      '{"text":"\\"data\\":[1]","id":1}',
      '{"a":{"data":[{"id":1}],"statuses":[]}}',
      '{"data":{"id":"1","text":"x","data":[1]}}',
      '["data",{"data":[1]}]',
    ];
    expect(await texts(lines.join('\n'))).toEqual(lines);
  });

  it('reads documents over many lines, indented or not, one after another also without a line break', async () => {
    const page = { statuses: [{ id: 1, t: 'a b' }, { id: 2 }], search_metadata: { count: 2 } };
    const flat = JSON.stringify(page, null, 1).replaceAll(/^ +/gm, '');
    const loose = '{"statuses":[\n{"id":1,"t":"a b"},\r\n{"id":2}\n]}';
    for (const text of [JSON.stringify(page, null, '\t'), flat, loose]) {
      for (const between of ['', '\n', '\r\n\r\n']) {
        const found = await texts([text, text, '{"id":3}\n'].join(between));
        expect(found.map((message) => JSON.parse(message).id)).toEqual([1, 2, 1, 2, 3]);
        expect(found.filter((message) => /[\r\n]/.test(message))).toEqual([]);
      }
    }
    expect(await texts('{\r\n  "id": 1\r\n}\n{"id":2}')).toEqual(['{   "id": 1 }', '{"id":2}']);
  });

  it('keeps a line that is cut off from its neighbours, wherever the cut is', async () => {
    const line = '{"id":1,"user":{"name":"a","tags":["x",{"y":[{"z":1}]}]},"data":[{"a":1}],"n":-1.5e3}';
    const good = ['{"id":"before"}', '{"id":"behind"}', '{"id":"last"}'];
    for (let cut = 1; cut < line.length; cut++) {
      const found = await texts([good[0], line.slice(0, cut), good[1], good[2]].join('\n'));
      expect(found, line.slice(0, cut)).toEqual(expect.arrayContaining(good));
    }
  });

  it('keeps a good page from the cut-off line before it', async () => {
    for (const cut of ['{"a":', '{"a":1,', '{"a":[', '{', '{"a":"']) {
      const found = await texts(
        `${cut}\n{\n  "statuses": [\n    {"id": 1}\n  ]\n}\n{"statuses":[{"id":2}]}\n`,
      );
      expect(found.slice(-2), cut).toEqual(['{"id": 1}', '{"id":2}']);
    }
  });

  it('rejects a damaged pretty-printed page as a whole and goes on behind it', async () => {
    const page = JSON.stringify({ statuses: [{ id: 1 }, { id: 2 }, { id: 3 }] }, null, 2);
    for (const damage of [page.replace('},', '}'), page.replace('"id"', '"id'), page.slice(0, -15)]) {
      const [first, ...others] = await read(`${damage}\n${page}\n{"id":4}\n`);
      expect(first).toMatchObject({ kind: 'rejected', length: damage.length + 1 });
      expect(others.map(told)).toEqual(['{       "id": 1     }', '{       "id": 2     }', '{       "id": 3     }', '{"id":4}']); // prettier-ignore
    }
  });

  it('rejects what is longer than 512 KB with its beginning, length and hash, on one line or in a page', async () => {
    const limit = 512 * 1024;
    const fits = `{"t":"${'x'.repeat(limit - 8)}"}`;
    const long = `{"t":"${'y'.repeat(10_000_000)}"}`;
    const hash = createHash('sha256').update(long).digest('hex');
    for (const size of [65_536, 100_000_000]) {
      const items = await read(`${fits}\n${long}\n{"id":1}\n{"statuses":[${long},{"id":2}]}\n`, { size });
      expect(items.map((item) => [item.kind, item.bytes.length])).toEqual([
        ['message', limit], ['rejected', 65_536], ['message', 8], ['rejected', 65_536], ['message', 8],
      ]); // prettier-ignore
      for (const item of [items[1], items[3]])
        expect(item).toMatchObject({ length: long.length, sha256: hash });
    }
  });

  it('takes pages of megabytes apart, on one line or many, in whatever order their members are', async () => {
    const list = Array.from({ length: 3_000 }, (_, id) => ({ id: `${id}`, text: 'z'.repeat(1_000) }));
    const users = list.map(({ id }) => ({ id, name: 'n'.repeat(500) }));
    for (const page of [
      { statuses: list },
      { data: list, includes: { users } },
      { includes: { users }, data: list },
    ]) {
      for (const indent of [0, 2]) {
        const items = await read(`${JSON.stringify(page, null, indent)}\n{"id":"last"}\n`, { size: 65_536 });
        const messages = items.map((item) => JSON.parse(told(item)));
        expect(messages.map((message) => (message.data ?? message).id)).toEqual([
          ...list.map(({ id }) => id),
          'last',
        ]);
      }
    }
  });

  it('survives deep nesting, NULs and bytes that are no UTF-8, on one line and many', async () => {
    const bad = ['['.repeat(100_000), '{"a":'.repeat(100_000), '\0\0\0', '{"a":\0}', '}', ']]]', '"', ':'];
    for (const text of bad) {
      const found = await texts(`${text}\n{"id":1}\n`);
      expect(found.at(-1)).toBe('{"id":1}');
    }
    for (const line of ['[\n', '{"a":\n', '{"data":[\n', '{\n"a":']) {
      const found = await texts(`${line.repeat(100_000)}\n{"id":1}\n{"id":2}`);
      expect(found.slice(-2)).toEqual(['{"id":1}', '{"id":2}']);
    }
    const invalid = Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a, 0x7b, 0x7d]);
    expect((await read(invalid)).map((item) => item.bytes.length)).toEqual([4, 2]);
  });
});
