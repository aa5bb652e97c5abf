import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReplay, UnreadableInput } from '../../tracker/replay/open.ts';

const bytesOf = async (path: string): Promise<string> =>
  Buffer.concat(await Array.fromAsync((await openReplay(path)).chunks())).toString();

describe('openReplay', () => {
  let dir: string;
  beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'epicenter-replay-'))));
  afterEach(() => rm(dir, { recursive: true }));

  it('says what is wrong with a directory, a missing file and one that may not be read', async () => {
    await expect(openReplay(dir)).rejects.toThrow(UnreadableInput);
    await expect(openReplay(dir)).rejects.toThrow('directory');
    await expect(openReplay(join(dir, 'none'))).rejects.toThrow(/none does not exist/);
    const secret = join(dir, 'secret');
    await writeFile(secret, '{}');
    await chmod(secret, 0);
    if (process.getuid?.() !== 0) await expect(openReplay(secret)).rejects.toThrow('may not be read');
  });

  it('unpacks gzip by what the file begins with, also of several parts, and reads any other as it is', async () => {
    const path = join(dir, 'posts.json');
    for (const [packed, text] of [
      ['', ''],
      ['{', '{'],
      ['{"id":1}\n', '{"id":1}\n'],
      [gzipSync('{"id":1}\n'), '{"id":1}\n'],
      [Buffer.concat([gzipSync('a'), gzipSync('b')]), 'ab'],
    ] as const) {
      // prettier-ignore
      await writeFile(path, packed);
      expect(await bytesOf(path)).toBe(text);
      // How much a packed file unpacks to nobody knows before reading it.
      expect((await openReplay(path)).size).toBe(typeof packed === 'string' ? packed.length : undefined);
    }
  });

  it('gives everything before the cut of a cut-off gzip, then an error that says so', async () => {
    const text = Array.from({ length: 200_000 }, (_, n) => `{"id":${n}}\n`).join('');
    const packed = gzipSync(text);
    const path = join(dir, 'cut.gz');
    await writeFile(path, packed.subarray(0, packed.length - 9));
    let got = '';
    const reading = (async () => {
      for await (const chunk of (await openReplay(path)).chunks()) got += Buffer.from(chunk).toString();
    })();
    await expect(reading).rejects.toThrow(/cut\.gz is cut off/);
    expect(text.startsWith(got)).toBe(true);
    expect(got.length).toBeGreaterThan(text.length - 1_000);
  });

  it('knows a file again by path, size and beginning', async () => {
    const path = join(dir, 'a');
    const identity = async (text: string, name = path): Promise<string> => {
      await writeFile(name, text);
      return (await openReplay(name)).identity;
    };
    const first = await identity('abc');
    expect(await identity('abc')).toBe(first);
    const others = [await identity('abd'), await identity('abcd'), await identity('abc', join(dir, 'b'))];
    expect(new Set([first, ...others]).size).toBe(4);
    expect((await openReplay('-')).identity).toBe('');
  });
});
