// What is no message, in the middle of what is: rejected and kept, and nothing beside it suffers.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  dir,
  epicenter,
  fileOf,
  FLOOD,
  idOf,
  ids,
  idsIn,
  post,
  rejectedIn,
  replayed,
  summaryOf,
} from './command-line.ts';
import { comparable, keptOf } from './kept.ts';

type LengthAndHead = readonly [number, string];
const byContent = (a: LengthAndHead, b: LengthAndHead): number => a[0] - b[0] || (a[1] < b[1] ? -1 : 1);

describe('bad lines in a replayed file', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  // Each after one good post and before another.
  const bad: readonly (string | Buffer)[] = [
    '{"data":{"id":"12',
    Buffer.concat([
      Buffer.from(`{"data":{"id":"${idOf(900)}","text":"flood `),
      Buffer.of(0xff, 0xfe),
      Buffer.from('"}}'),
    ]),
    `{"data":{"id":"${idOf(901)}","text":"flood \0"}}`,
    Buffer.alloc(100),
    '{"id":1234567890123456789,"text":"flood","created_at":"Fri May 01 10:00:00 +0000 2020"}',
    `{"data":{"id":"${idOf(902)}","text":"flood ${'x'.repeat(10 * 1024 * 1024)}"}}`,
    deep,
    '{"a":'.repeat(100_000),
    'null',
    '42',
    '"flood"',
    '{}',
    `{"data":{"id":"${idOf(903)}"}}`,
    '<html>flood</html>',
  ];
  // Odd, yet posts: they become rows.
  const odd = [
    `{"data":{"id":"${idOf(800)}","text":"flood \\u0000"}}`,
    `{"data":{"id":"${idOf(801)}","text":"flood \\ud800"}}`,
    `{"data":{"id":"${idOf(802)}","text":"flood","created_at":"0000-13-45T99:99:99Z"}}`,
    `{"data":{"id":"${idOf(803)}","text":"flood","x":${deep}}}`,
  ];
  // Their time is nowhere to be found: the normalizer rejects them, the tracker cannot know.
  const timeless = [
    '{"data":{"id":"12345","text":"flood","created_at":"9999999-99-99"}}',
    '{"data":{"id":"99999999999999999999","text":"flood"}}',
  ];
  const good = bad.map((_, n) => post(n));
  const mixed = [...bad.flatMap((line, n) => [good[n]!, line]), ...odd, ...timeless, '', '   ', post(700)];
  const bytes = Buffer.concat([
    Buffer.from('\ufeff'),
    ...mixed.flatMap((line, n) => [Buffer.from(line), Buffer.from(n % 2 === 0 ? '\r\n' : '\n')]),
  ]);
  const stored = [...good.map((_, n) => n), 800, 801, 802, 803, 700];

  it('are rejected and kept, and the good ones beside them become rows', async () => {
    const running = epicenter('bad', ['--once', '--replay', fileOf('bad.jsonl', bytes), ...FLOOD]);
    expect(await running.ended, running.err()).toBe(0);
    expect(summaryOf(running)).toEqual({
      read: mixed.length - 2,
      rejected: bad.length,
      events: { flood: { matched: stored.length + timeless.length, stored: stored.length } },
    });
    expect(running.out().trimEnd().split('\n'), 'nothing else on stdout').toHaveLength(1);
    expect(await idsIn('bad')).toEqual(ids(...stored));
    const rejected = await rejectedIn('bad');
    const kept = rejected.map(({ bytes: head, length }): LengthAndHead => [
      length,
      Buffer.from(head).toString('latin1'),
    ]);
    const wanted = [...bad, ...timeless].map((line): LengthAndHead => {
      const whole = Buffer.from(line);
      return [whole.length, whole.subarray(0, 64 * 1024).toString('latin1')];
    });
    expect(kept.toSorted(byContent)).toEqual(wanted.toSorted(byContent));
    expect(rejected.filter(({ reason }) => reason === '')).toEqual([]);
  });

  it('are the same in a second reading, in a packed file and on stdin', async () => {
    const before = comparable((await keptOf(join(dir.path, 'bad'), 'flood')).rows);
    const packed = fileOf('bad.jsonl.gz', gzipSync(bytes));
    for (const file of [join(dir.path, 'bad.jsonl'), packed]) {
      const { read, rejected } = await replayed('bad', ['--replay', file]);
      expect({ read, rejected }).toEqual({ read: mixed.length - 2, rejected: bad.length });
    }
    const piped = spawnSync(
      'bash',
      ['-c', 'cat "$0" | exec "$@"', packed, process.execPath, 'local.ts', '--once', '--replay', '-'],
      {
        env: { PATH: process.env['PATH'], DATA_DIR: join(dir.path, 'bad') },
      },
    );
    expect(piped.status, piped.stderr.toString()).toBe(0);
    expect(JSON.parse(piped.stdout.toString())).toMatchObject({
      read: mixed.length - 2,
      rejected: bad.length,
    });
    expect(comparable((await keptOf(join(dir.path, 'bad'), 'flood')).rows)).toEqual(before);
    expect(await rejectedIn('bad')).toHaveLength(bad.length + timeless.length);
  });
});
