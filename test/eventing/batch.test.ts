import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch, type Envelope, type Post } from '../../eventing/batch.ts';
import { encodeBatch } from '../factories.ts';

const envelope: Envelope = {
  keywords: ['flood', '地震'],
  rules: ['1166916266197536768'],
  receivedAt: '2026-08-22T20:02:59.123456Z',
  via: 'stream',
  source: 'x',
};
const post = (message: string, overrides: Partial<Envelope> = {}): Post => ({
  envelope: { ...envelope, ...overrides },
  message: Buffer.from(message),
});
const decode = (text: string | Uint8Array): unknown[] =>
  [...decodeBatch(typeof text === 'string' ? Buffer.from(text) : text)].map((line) =>
    'bad' in line
      ? { bad: line.bad, text: Buffer.from(line.bytes).toString() }
      : { envelope: line.envelope, text: Buffer.from(line.message).toString() },
  );

describe('encodeBatch', () => {
  it('encodeBatch writes two lines a post, the message untouched', () => {
    const line = `${JSON.stringify(envelope)}\n`;
    expect(Buffer.from(encodeBatch([post('{ "id" : 1}'), post('{}')])).toString()).toBe(
      `${line}{ "id" : 1}\n${line}{}\n`,
    );
  });
});

describe('decodeBatch', () => {
  it('decodeBatch gives back what encodeBatch wrote, byte for byte', () => {
    const message = fc
      .uint8Array({ minLength: 1, maxLength: 50 })
      .map((bytes) => bytes.filter((byte) => byte !== 0x0a))
      .filter((bytes) => bytes.length > 0);
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.string()), (messages, keywords) => {
        const posts = messages.map((bytes) => ({ envelope: { ...envelope, keywords }, message: bytes }));
        const decoded = [...decodeBatch(encodeBatch(posts))];
        expect(decoded.map((line) => 'bad' in line)).toEqual(posts.map(() => false));
        expect(decoded.map((line) => ('bad' in line ? [] : [...line.message]))).toEqual(
          messages.map((bytes) => [...bytes]),
        );
        for (const line of decoded)
          expect('bad' in line ? line.bad : line.envelope.keywords).toEqual(keywords);
      }),
    );
  });

  it('decodeBatch reads a part of a larger buffer', () => {
    const whole = Buffer.concat([Buffer.from('before\n'), encodeBatch([post('{}')]), Buffer.from('after')]);
    const part = new Uint8Array(whole.buffer, whole.byteOffset + 7, whole.length - 12);
    expect(decode(part)).toEqual([{ envelope, text: '{}' }]);
  });

  it('decodeBatch spoils only the post whose envelope is damaged', () => {
    const good = Buffer.from(encodeBatch([post('{}')])).toString();
    for (const head of ['{', 'null', '{}', JSON.stringify({ ...envelope, via: 'pigeon' })]) {
      expect(decode(`${head}\n{"id":1}\n${good}`)).toEqual([
        { bad: 'the envelope before the message is damaged', text: `${head}\n{"id":1}` },
        { envelope, text: '{}' },
      ]);
    }
  });

  it('decodeBatch takes no envelope whose time of receipt could not decide between copies', () => {
    for (const receivedAt of ['', 'now', '2026-08-22', '2026-08-22T25:00:00Z'])
      expect(decode(encodeBatch([post('{}', { receivedAt })]))).toMatchObject([{ bad: expect.any(String) }]);
  });

  it('decodeBatch says when an envelope has no message', () => {
    const line = JSON.stringify(envelope);
    for (const text of [line, `${line}\n`, `${line}\n\n`])
      expect(decode(text)).toMatchObject([{ bad: 'the envelope has no message' }]);
  });

  it('decodeBatch finds nothing in nothing', () => {
    expect(decode('')).toEqual([]);
  });

  it('decodeBatch never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decode(bytes)));
  });
});
