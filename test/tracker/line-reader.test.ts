import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEPT_BYTES, LineReader, MAX_LINE } from '../../tracker/line-reader.ts';

function read(chunks: readonly Buffer[]): { lines: string[]; rest: string | undefined } {
  const reader = new LineReader();
  const lines = chunks.flatMap((chunk) => reader.push(chunk)).map((line) => line.bytes.toString());
  return { lines, rest: reader.end()?.bytes.toString() };
}

describe('LineReader', () => {
  it('gives the same lines however the bytes are cut into chunks', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 9 })), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\r\n`).join(''));
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i += 1) {
          const size = sizes[i % Math.max(sizes.length, 1)] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(read(chunks)).toEqual({ lines, rest: undefined });
      }),
    );
  });

  it('drops the carriage return also when it is alone in a chunk', () => {
    expect(read(['{"a":1}', '\r', '\n', '{"b":2}', '\r\n'].map((text) => Buffer.from(text)))).toEqual({
      lines: ['{"a":1}', '{"b":2}'],
      rest: undefined,
    });
  });

  it('gives what came without a line end when the stream is over', () => {
    expect(read([Buffer.from('{"a":1}\n{"b"')])).toEqual({ lines: ['{"a":1}'], rest: '{"b"' });
  });

  it('keeps the start, the length and the hash of a line over the limit, and nothing else changes', () => {
    const long = Buffer.alloc(MAX_LINE + 100_000, 'x');
    const reader = new LineReader();
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n'), long, Buffer.from('\n{"b":2}\n')]);
    const lines = [];
    for (let at = 0; at < bytes.length; at += 65_536)
      lines.push(...reader.push(bytes.subarray(at, at + 65_536)));
    expect(lines[0]).toEqual({ bytes: Buffer.from('{"a":1}') });
    expect(lines[1]).toEqual({
      bytes: long.subarray(0, KEPT_BYTES),
      length: long.length,
      sha256: createHash('sha256').update(long).digest('hex'),
    });
    expect(lines[2]).toEqual({ bytes: Buffer.from('{"b":2}') });
  });
});
