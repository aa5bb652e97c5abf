import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader } from '../../tracker/line-reader.ts';
import { MAX_MESSAGE } from '../../tracker/rejection.ts';

const textOf = (line: ReturnType<LineReader['end']>): string | undefined =>
  Buffer.isBuffer(line) ? line.toString() : line?.reason;

function read(chunks: readonly Buffer[]): { lines: (string | undefined)[]; rest: string | undefined } {
  const reader = new LineReader();
  const lines = chunks.flatMap((chunk) => reader.push(chunk)).map(textOf);
  return { lines, rest: textOf(reader.end()) };
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
    const long = Buffer.alloc(MAX_MESSAGE + 100_000, 'x');
    const reader = new LineReader();
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n'), long, Buffer.from('\n{"b":2}\n')]);
    const lines = [];
    for (let at = 0; at < bytes.length; at += 65_536)
      lines.push(...reader.push(bytes.subarray(at, at + 65_536)));
    expect(lines[0]).toEqual(Buffer.from('{"a":1}'));
    expect(lines[1]).toEqual({
      kind: 'rejected',
      reason: 'longer than 524288 bytes',
      end: 0,
      bytes: long.subarray(0, 65_536),
      length: long.length,
      sha256: createHash('sha256').update(long).digest('hex'),
    });
    expect(lines[2]).toEqual(Buffer.from('{"b":2}'));
  });
});
